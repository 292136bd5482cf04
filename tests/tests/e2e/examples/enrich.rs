//! `enrich`: each visit is told once how it has ended, and is where that says.

use messaging::headers::dlq;

use super::{Place, pair, run, sorted};

const ENDS: [&str; 3] = [
    "ada -> events.enriched at try 1",
    "grace -> events.enriched at try 1",
    "linus -> events.dlq after 3 tries: no country has the code XX",
];

#[test]
fn enrich_tells_how_each_visit_has_ended() {
    assert_eq!(sorted(run("enrich", &[])), ENDS);

    let place = Place::of("enrich");
    assert_eq!(sorted(run("enrich", &place.environment())), ENDS);
    let enriched = |user, country| {
        let value = format!(r#"{{"user":"{user}","page":"/keyboards","country":"{country}"}}"#);
        pair(user, &value)
    };
    assert_eq!(
        place.pairs("events.enriched"),
        [enriched("ada", "Brazil"), enriched("grace", "Portugal")]
    );
    let given_up = place.records("events.dlq");
    assert_eq!(given_up.len(), 1);
    assert_eq!(
        given_up[0].text(),
        r#"{"user":"linus","page":"/keyboards","country_code":"XX"}"#
    );
    assert_eq!(given_up[0].header(dlq::REASON), Some("exhausted"));
    assert_eq!(sorted(run("enrich", &place.environment())), ENDS);
}
