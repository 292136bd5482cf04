//! Where the settings file is looked for, and what variables may hold.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::*;

fn read<const N: usize>(variables: [(&str, &str); N], directory: &Path) -> Sources {
    let variables = variables.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Sources::from_environment(variables, directory)
}

fn directory_with(name: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(name), "[messaging]\nservice = \"shop\"").unwrap();
    directory
}

#[test]
fn the_usual_file_is_read_where_there_is_one() {
    let directory = directory_with("messaging.toml");
    assert_eq!(load(&read([], directory.path())).service.as_deref(), Some("shop"));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(load(&read([], empty.path())).service, None);
}

#[test]
fn a_variable_names_another_file() {
    let directory = directory_with("other.toml");
    let settings = load(&read(
        [("MESSAGING_CONFIG", "other.toml"), ("KAFKA_CLIENT_ID", "c")],
        directory.path(),
    ));
    assert_eq!(settings.service.as_deref(), Some("shop"));
    assert_eq!(settings.kafka_client_id, "c");
    let row = settings
        .describe()
        .find(|row| row.key == "service")
        .expect("it is a key");
    assert_eq!(row.origin.to_string(), "other.toml:2");
}

#[test]
fn a_variable_that_is_empty_names_no_file() {
    let directory = directory_with("messaging.toml");
    let settings = load(&read([("MESSAGING_CONFIG", "")], directory.path()));
    assert_eq!(settings.service.as_deref(), Some("shop"));
}

#[test]
fn a_named_file_that_cannot_be_read_is_a_problem_beside_the_others() {
    let directory = directory_with("messaging.toml");
    let sources = read(
        [("MESSAGING_CONFIG", "absent.toml"), ("KAFKA_ENABLED", "perhaps")],
        directory.path(),
    );
    let all = problems(&sources);
    assert!(
        all[0].starts_with("environment MESSAGING_CONFIG: cannot read the settings file absent.toml: "),
        "{all:?}"
    );
    assert!(
        all[1].starts_with("kafka_enabled (environment KAFKA_ENABLED)"),
        "{all:?}"
    );
    assert_eq!(all.len(), 2, "{all:?}");
}

#[test]
fn a_usual_file_that_cannot_be_read_is_a_problem() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("messaging.toml")).unwrap();
    let all = problems(&read([], directory.path()));
    assert!(
        all[0].starts_with("messaging.toml:1: cannot read the settings file: "),
        "{all:?}"
    );
}

#[cfg(unix)]
#[test]
fn bytes_that_are_not_utf_8_are_a_problem_of_the_key() {
    use std::os::unix::ffi::OsStringExt;

    let sources = Sources::default().environment([("SERVICE", OsString::from_vec(vec![0xff]))]);
    assert_eq!(
        problems(&sources),
        ["service (environment SERVICE): found bytes that are not UTF-8"]
    );
}

#[test]
fn core_toml_is_read_as_well_but_not_beside_messaging_toml() {
    let directory = directory_with("core.toml");
    let settings = load(&read([], directory.path()));
    assert_eq!(settings.origin("service").unwrap().to_string(), "core.toml:2");
    fs::write(directory.path().join("messaging.toml"), "").unwrap();
    assert_eq!(
        problems(&read([], directory.path())),
        [
            "messaging.toml:1: core.toml is here as well, and one program has one settings file; remove one of both"
        ]
    );
}

#[test]
fn dot_env_is_read_below_the_environment_and_above_the_file_and_may_name_the_file() {
    let directory = directory_with("other.toml");
    let text = "MESSAGING_CONFIG=other.toml\nKAFKA_CLIENT_ID=dotted\nKAFKA_GROUP_ID=dotted\n";
    fs::write(directory.path().join(".env"), text).unwrap();
    let settings = load(&read([("KAFKA_CLIENT_ID", "environment")], directory.path()));
    assert_eq!(settings.service.as_deref(), Some("shop"));
    assert_eq!(settings.kafka_client_id, "environment");
    assert_eq!(
        settings.origin("kafka_group_id").unwrap().to_string(),
        ".env:3 KAFKA_GROUP_ID"
    );

    fs::write(directory.path().join(".env"), "MESSAGING_CONFIG=absent.toml\n").unwrap();
    let all = problems(&read([], directory.path()));
    let told = ".env:1 MESSAGING_CONFIG: cannot read the settings file absent.toml: ";
    assert!(all[0].starts_with(told), "{all:?}");
}

#[test]
fn a_dot_env_that_cannot_be_read_is_a_problem() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".env")).unwrap();
    let all = problems(&read([], directory.path()));
    assert!(
        all[0].starts_with(".env:1: cannot read the settings file: "),
        "{all:?}"
    );
}
