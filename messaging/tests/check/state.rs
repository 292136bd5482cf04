//! Values that handlers want, and those that are given.

use messaging::App;

use crate::Gateway;
use crate::offenders::place;
use crate::support::{of, on_memory, problems_of};

#[test]
fn every_missing_state() {
    let missing = |name: &str| {
        format!(
            "worker \"stateless\": no state of type `{name}` is provided; add `.state(value)` or `.provide(make)` with a `{name}` to the App ({})",
            place("stateless")
        )
    };
    assert_eq!(of(&["stateless"]), [missing("check::Gateway"), missing("i8")]);
    on_memory(App::only(["stateless"]).state(Gateway).state(7_i8))
        .check()
        .unwrap();
}

#[test]
fn two_values_of_one_type() {
    let at = |line: u32| format!("{}:{line}", file!());
    async fn made() -> Result<Gateway, std::io::Error> {
        Ok(Gateway)
    }
    let line = line!();
    let app = App::empty()
        .state(7_i8)
        .state(8_i8)
        .state(9_u8)
        .provide(made)
        .state(10_i8)
        .provide(made);
    let told = |what: &str, how: &str, lines: &[u32]| {
        let (count, places) = (lines.len(), lines.iter().map(|after| at(line + after)));
        format!(
            "{count} values of type `{what}` are given with `{how}`, and handlers would see the first only; wrap the others in types of their own ({})",
            places.collect::<Vec<_>>().join(", ")
        )
    };
    assert_eq!(
        problems_of(&on_memory(app).check().unwrap_err()),
        [
            told("i8", ".state(value)", &[2, 3, 6]),
            told("check::Gateway", ".provide(make)", &[5, 7]),
        ]
    );
    on_memory(App::empty().provide(made).state(Gateway))
        .check()
        .expect("a ready value stands for the one that would be made");
}

#[test]
fn what_a_users_extractor_lacks() {
    assert_eq!(
        of(&["for_tenant"]),
        [format!(
            "worker \"for_tenant\": `Tenant` has no salt; add `.state(salt)` with a `u64` to the App ({})",
            place("for_tenant")
        )]
    );
}
