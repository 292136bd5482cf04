//! How problems are told: all at once, each with its place.

use std::error::Error as _;

use messaging::check::Problems;
use messaging::{App, WorkerSpec};

use crate::offenders::{place, stateless};
use crate::support::{absent_backend, of, on_memory, problems_of};

#[test]
fn all_at_once_before_anything_connects() {
    let error = App::new().configure(absent_backend()).check().unwrap_err();
    let report = error.report();
    let mut expected = vec![
        "named \"twin\"".to_owned(),
        "handle topic \"parcels\"".to_owned(),
        "`check::Gateway`".to_owned(),
        "`Tenant` has no salt".to_owned(),
        "its own dead letters from \"letters\"".to_owned(),
        "\"no good\" has ' '".to_owned(),
        "group \"readers\"".to_owned(),
        "has no output topic".to_owned(),
        "has `concurrency` = 0".to_owned(),
    ];
    if !cfg!(feature = "kafka-tls") {
        expected.push("not compiled in".to_owned());
    }
    let offenders = [
        "twin_one",
        "twin_two",
        "left",
        "right",
        "stateless",
        "for_tenant",
        "looping",
        "misnamed",
        "from_first",
        "from_last",
        "answers_nowhere",
        "idle",
    ];
    expected.extend(offenders.map(place));
    for part in expected {
        assert!(report.contains(&part), "`{part}` is not told:\n{report}");
    }
    assert!(!report.contains(&place("fine")), "{report}");
    let count = problems_of(&error).len();
    assert!(report.contains(&format!("{count} problems\n")), "{report}");
}

#[test]
fn places_of_workers_made_by_hand_are_where_they_are_made() {
    let line = line!() + 1;
    let spec = WorkerSpec::of("hand", "in", stateless);
    let error = on_memory(App::empty().worker(spec)).check().unwrap_err();
    let problems = error.source().unwrap().downcast_ref::<Problems>().unwrap();
    for problem in problems.iter() {
        assert_eq!(
            (problem.places()[0].file, problem.places()[0].line),
            (file!(), line)
        );
    }
    assert_eq!(problems.iter().count(), 2);
}

#[tokio::test]
async fn a_start_is_refused_as_the_check_is() {
    let error = on_memory(App::only(["twin"])).start().await.unwrap_err();
    assert_eq!(problems_of(&error), of(&["twin"]));
}
