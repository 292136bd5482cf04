//! `by_hand`: producer, handler, stream and worker without a macro.

use super::{Place, run, sorted};
use crate::support::Raw;

fn assert_run(mut lines: Vec<String>) {
    assert_eq!(lines.remove(0), "producer: 3 letters are written");
    assert_eq!(lines.pop().as_deref(), Some("worker:   a word of 5 letters"));
    let shown = [
        "handler:  a letter from Ada",
        "handler:  a letter from Grace",
        "handler:  a letter from Linus",
        "stream:   dear Ada",
        "stream:   dear Grace",
        "stream:   dear Linus",
    ];
    assert_eq!(sorted(lines), shown);
}

#[test]
fn by_hand_does_it_all_without_a_macro() {
    assert_run(run("by_hand", &[]));
    let place = Place::of("by-hand");
    assert_run(run("by_hand", &place.environment()));
    let raw = Raw::new(place.bootstrap);
    for (group, topic) in [("by-hand-answers", "letters"), ("by-hand-reader", "answers")] {
        let topic = format!("{}{topic}", place.prefix);
        raw.all_committed(group, &topic).unwrap();
    }
    assert_run(run("by_hand", &place.environment()));
}
