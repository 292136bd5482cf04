//! Secrets are never shown, whatever goes right or wrong.

use super::*;

const SECRET: &str = "hunter2";

fn sources() -> Sources {
    Sources::default()
        .code([("kafka_sasl_password", SECRET)])
        .environment([("KAFKA_EXTRA", format!("ssl.key.password={SECRET};debug=all"))])
}

#[test]
fn neither_debug_nor_describe_shows_a_secret() {
    let settings = load(&sources());
    let secret = settings.kafka_sasl_password.clone().expect("it was given");
    assert_eq!(secret.expose(), SECRET);
    assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    assert_eq!(shown(&settings, "kafka_sasl_password").as_deref(), Some("***"));
    assert_eq!(
        shown(&settings, "kafka_extra").as_deref(),
        Some("debug=all;ssl.key.password=***")
    );
    let described: Vec<Described> = settings.describe().collect();
    for text in [
        format!("{settings:?}"),
        format!("{:?}", sources()),
        format!("{described:?}"),
    ] {
        assert!(!text.contains(SECRET), "{text}");
        assert!(text.contains("kafka_sasl_password"), "{text}");
    }
}

#[test]
fn a_problem_with_a_secret_does_not_show_it() {
    let file =
        format!("[messaging]\nkafka_sasl_password = [\"{SECRET}\"]\nkafka_extra = \"ssl.key.pem={SECRET}\"");
    let bad = Sources::default()
        .file("messaging.toml", &file)
        .environment([("KAFKA_EXTRA", SECRET)]);
    let all = problems(&bad);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(
        all[0].starts_with("kafka_extra (messaging.toml:3): found text; "),
        "{all:?}"
    );
    assert!(
        all[1].starts_with("kafka_sasl_password (messaging.toml:2): found a list; "),
        "{all:?}"
    );
    assert!(!all.concat().contains(SECRET), "{all:?}");
    let error = Settings::load(&bad).expect_err("it is bad");
    assert!(!format!("{error:?}").contains(SECRET));
}

#[test]
fn bad_syntax_beside_a_secret_does_not_show_it() {
    let file = format!("[messaging]\nkafka_sasl_password = \"{SECRET}\" oops\nservice = \"{SECRET}");
    let all = problems(&Sources::default().file("messaging.toml", &file));
    assert!(
        all[0].starts_with("messaging.toml:2: not valid TOML: "),
        "{all:?}"
    );
    assert!(!all.concat().contains(SECRET), "{all:?}");
}

#[test]
fn an_address_does_not_show_its_password_whether_it_is_taken_or_refused() {
    let good = load(&Sources::default().code([("redis_url", format!("redis://me:{SECRET}@cache"))]));
    assert_eq!(shown(&good, "redis_url").as_deref(), Some("redis://me:***@cache"));
    assert!(!format!("{good:?}").contains(SECRET));
    let bad = Sources::default()
        .file(
            "m.toml",
            &format!("[messaging]\nrabbitmq_url = \"http://me:{SECRET}@rabbit\""),
        )
        .environment([("KAFKA_SCHEMA_REGISTRY_URL", format!("me:{SECRET}@registry"))]);
    let all = problems(&bad);
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(
        all[0]
            .starts_with("rabbitmq_url (m.toml:2): found text, which begins with http://; allowed: `amqp://"),
        "{all:?}"
    );
    assert!(!all.concat().contains(SECRET), "{all:?}");
}
