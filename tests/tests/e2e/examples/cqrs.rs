//! `cqrs`: commands become events, and events what is asked.

use super::{Place, run};

/// What the queries say after so many runs.
fn answers(runs: usize) -> [String; 3] {
    let answer = |client: &str, orders: usize, cents: usize| {
        let (orders, cents) = (orders * runs, cents * runs);
        format!("query:   {client} has ordered {orders} times, for {cents} cents")
    };
    [
        answer("Ada", 2, 5450),
        answer("Grace", 1, 990),
        answer("Linus", 0, 0),
    ]
}

fn assert_run(lines: &[String], runs: usize) {
    let shown = [
        "created: an order of Ada for 1250 cents",
        "created: an order of Grace for 990 cents",
        "refused: an order of Linus for -5 cents",
        "created: an order of Ada for 4200 cents",
    ];
    assert_eq!(lines[..4], shown);
    assert_eq!(lines[4..], answers(runs));
}

#[test]
fn cqrs_answers_from_events_of_all_runs() {
    assert_run(&run("cqrs", &[]), 1);
    let place = Place::of("cqrs");
    assert_run(&run("cqrs", &place.environment()), 1);
    assert_run(&run("cqrs", &place.environment()), 2);
    assert_eq!(place.records("orders.events.created").len(), 6);
    assert_eq!(place.records("orders.commands.create.dlq").len(), 2);
}
