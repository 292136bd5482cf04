//! `domain_events`: each event has its topic, its envelope and its handler.

use serde_json::{Value, json};

use super::{Place, run, sorted};

const LETTERS: [&str; 2] = [
    "order A-1 is on its way as parcel-7",
    "to Ada: your order A-1 for 1250 cents is placed",
];

/// The topic holds one event, with this name and data.
fn assert_event(place: &Place, topic: &str, event_type: &str, data: Value) {
    let records = place.records(topic);
    assert_eq!(records.len(), 1, "{topic}");
    assert_eq!(records[0].key.as_deref(), Some(&b"A-1"[..]));
    let event: Value = serde_json::from_str(records[0].text()).unwrap();
    let expected = json!({"event_id": event["event_id"], "event_type": event_type,
        "occurred_at": event["occurred_at"], "data": data});
    assert_eq!(event, expected);
    assert!(
        event["event_id"].is_string() && event["occurred_at"].is_string(),
        "{event}"
    );
}

#[test]
fn domain_events_reach_the_handler_of_their_name() {
    assert_eq!(sorted(run("domain_events", &[])), LETTERS);
    let place = Place::of("domain-events");
    assert_eq!(sorted(run("domain_events", &place.environment())), LETTERS);
    let placed = json!({"order_id": "A-1", "client": "Ada", "cents": 1250});
    assert_event(&place, "events.orderplaced", "OrderPlaced", placed);
    let shipped = json!({"order_id": "A-1", "parcel": "parcel-7"});
    assert_event(&place, "events.ordershipped", "OrderShipped", shipped);
    assert_eq!(sorted(run("domain_events", &place.environment())), LETTERS);
}
