//! What the compiler says to a mistake, and what it must accept.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p messaging-ui-tests --test ui`, and read the diff.

use std::process::Command;

#[test]
fn the_compiler_says_what_is_written_here() {
    assert_rustc_1_95();
    let cases = trybuild::TestCases::new();
    cases.pass("tests/pass/*.rs");
    cases.compile_fail("tests/fail/*.rs");
}

/// Most of what is compared is rustc's own text.
fn assert_rustc_1_95() {
    let output = Command::new("rustc")
        .arg("--version")
        .output()
        .expect("rustc runs");
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        version.starts_with("rustc 1.95."),
        "the UI tests need rustc 1.95, not {version}"
    );
}
