//! What code says for all Apps of a process. A program of its own, for it can be said once.

use messaging::settings::{Layer, Settings, Sources};
use messaging::{App, configure, configure_messaging};

#[test]
fn a_process_is_configured_before_its_settings_are_read_and_not_later() {
    configure([
        ("message_broker", "memory"),
        ("service", "one"),
        ("topic_prefix", "dev."),
    ])
    .unwrap();
    configure_messaging([("service", "two")]).unwrap();
    let settings = Settings::load(&Sources::from_process()).unwrap();
    assert_eq!(settings.service.as_deref(), Some("two"));
    assert_eq!(settings.layer("topic_prefix"), Some(Layer::Process));
    App::empty().check().unwrap();

    let above = Sources::from_process()
        .code([("service", "app")])
        .environment([("TOPIC_PREFIX", "env.")]);
    let above = Settings::load(&above).unwrap();
    assert_eq!(
        (above.service.as_deref(), above.topic_prefix.as_deref()),
        (Some("app"), Some("dev."))
    );

    let late = configure([("service", "three")]).unwrap_err();
    assert!(
        late.is_settings()
            && late
                .to_string()
                .contains("call `messaging::configure` before the first App"),
        "{late}"
    );
}
