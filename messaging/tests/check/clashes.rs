//! Workers that cannot stand beside each other, or read what they write.

use messaging::delivery::policy::OnExhausted;
use messaging::{App, WorkerSpec};

use crate::offenders::{looping, place, twin_one};
use crate::support::{of, on_memory, problems_of};

#[test]
fn two_workers_of_one_name() {
    let places = format!("({}, {})", place("twin_one"), place("twin_two"));
    assert_eq!(
        of(&["twin"]),
        [format!(
            "2 workers are named \"twin\"; give each its own with `name` {places}"
        )]
    );
}

#[test]
fn two_handlers_for_one_topic_in_one_group() {
    let places = format!("({}, {})", place("left"), place("right"));
    assert_eq!(
        of(&["left", "right"]),
        [format!(
            "workers \"left\" and \"right\" handle topic \"parcels\" in one group, \"post\"; give each its own `group_id`, or make them one {places}"
        )]
    );
}

#[test]
fn a_dead_letter_topic_fed_by_its_own_reader() {
    let itself = || {
        let spec = WorkerSpec::of("looping", "letters", looping);
        spec.dlq_topic("letters")
    };
    let app = |spec| on_memory(App::empty().worker(spec));
    let told = problems_of(&app(itself()).check().unwrap_err());
    let problem = "worker \"looping\" would read its own dead letters from \"letters\", for ever; give it another `dlq_topic`, or `on_exhausted = \"skip\"`";
    assert!(told.len() == 1 && told[0].starts_with(problem), "{told:?}");
    app(itself().on_exhausted(OnExhausted::Skip))
        .check()
        .expect("it writes none");

    let told = of(&["looping", "looping_back"]);
    let (one, other) = (place("looping"), place("looping_back"));
    assert_eq!(told.len(), 2);
    assert!(
        told[0].starts_with(problem) && told[0].ends_with(&format!("({one}, {other})")),
        "{told:?}"
    );
    assert!(told[1].ends_with(&format!("({other}, {one})")), "{told:?}");
}

#[test]
fn a_reader_of_dead_letters_is_no_loop() {
    let app = App::empty()
        .worker(WorkerSpec::of("a", "in", twin_one))
        .worker(WorkerSpec::of("b", "in.dlq", twin_one));
    on_memory(app).check().unwrap();
}

#[test]
fn two_starts_in_one_group() {
    let places = format!("({}, {})", place("from_first"), place("from_last"));
    assert_eq!(
        of(&["from_first", "from_last"]),
        [format!(
            "group \"readers\" is one client, but its workers differ in `auto_offset_reset`: \"from_first\" earliest, \"from_last\" latest; make them equal, or give one its own `group_id` {places}"
        )]
    );
}
