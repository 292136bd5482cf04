//! What this build does not have.

use messaging::App;
#[cfg(not(feature = "json-schema"))]
use messaging::WorkerSpec;
#[cfg(not(feature = "kafka-tls"))]
use messaging::broker::NewTopic;

#[cfg(not(feature = "json-schema"))]
use crate::support::on_memory;
use crate::support::{absent_backend, absent_feature, problems_of};

#[test]
fn a_backend_that_is_not_compiled_in() {
    let error = App::only(["fine"]).configure(absent_backend()).check();
    if cfg!(feature = "kafka-tls") {
        return error.unwrap();
    }
    let told = problems_of(&error.unwrap_err());
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("not compiled in; build `messaging` with the feature")
            && told[0].contains(absent_feature()),
        "{told:?}"
    );
    assert!(
        told[0].contains("is kafka (App::configure), ") || told[0].contains("is SSL (App::configure), "),
        "{told:?}"
    );
}

#[tokio::test]
#[cfg(not(feature = "kafka-tls"))]
async fn what_is_not_compiled_in_is_told_without_a_check_too() {
    let app = App::empty().configure(absent_backend());
    let error = app
        .create_topics([NewTopic::named("t")])
        .await
        .expect_err("there is no such backend");
    assert!(!error.is_disabled(), "{error:?}");
    let report = error.report();
    let feature = format!("with the feature \"{}\"", absent_feature());
    assert!(report.contains(&feature), "{report}");
}

#[cfg(not(feature = "json-schema"))]
#[test]
fn a_schema_without_its_feature() {
    async fn any(value: serde_json::Value) {
        drop(value);
    }
    let spec = WorkerSpec::of("any", "in", any).input_schema("{}");
    let told = problems_of(&on_memory(App::empty().worker(spec)).check().unwrap_err());
    let expected = "worker \"any\": `input_schema` needs the feature \"json-schema\" of `messaging`, which is off; add it to the features of `messaging` in Cargo.toml (";
    assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
}
