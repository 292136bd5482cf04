//! `event_sourcing`: what is rebuilt from the log is what was there.

use std::collections::HashMap;

use serde_json::Value;

use super::{Place, run};

const LINES: [&str; 5] = [
    "projected: Ada has keyboard for 2990 cents, paid",
    "projected: Grace has mug for 990 cents, placed",
    "projected: Ada has keyboard for 2990 cents, shipped",
    "rebuilt:   Ada has keyboard for 2990 cents, shipped",
    "rebuilt:   Grace has mug for 990 cents, placed",
];

#[test]
fn event_sourcing_rebuilds_all_orders_from_the_log() {
    assert_eq!(run("event_sourcing", &[]), LINES);
    let place = Place::of("event-sourcing");
    assert_eq!(run("event_sourcing", &place.environment()), LINES);
    assert_eq!(run("event_sourcing", &place.environment()), LINES);
    assert_eq!(place.records("order.events").len(), 12);

    // Each key's last projection is the order as its last event has made it.
    let mut last = HashMap::new();
    for record in place.records("order.projections") {
        let order: Value = serde_json::from_str(record.text()).unwrap();
        last.insert(
            record.key.unwrap(),
            (order["client"].clone(), order["status"].clone()),
        );
    }
    let mut ends: Vec<String> = last
        .values()
        .map(|(client, status)| format!("{client} {status}"))
        .collect();
    ends.sort_unstable();
    let (ada, grace) = (r#""Ada" "shipped""#, r#""Grace" "placed""#);
    assert_eq!(ends, [ada, ada, grace, grace]);
}
