//! The linker keeps what macros registered in a dependency, with and without optimization.

use std::process::Command;

const FOUND: &str = "\
worker charge on orders in registry_orders of registry-orders
worker ship on orders in registry_orders::shipping of registry-orders
worker greet on visits in registry_shop of registry-shop
topic orders by Some(\"id\")
";

fn run_shop(profile: &str) -> String {
    let cargo = Command::new(env!("CARGO"))
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package",
            "registry-shop",
            "--profile",
            profile,
        ])
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&cargo.stderr);
    assert!(
        cargo.status.success(),
        "the program of profile {profile} failed:\n{errors}"
    );
    String::from_utf8(cargo.stdout).expect("the program prints text")
}

#[test]
fn found_in_debug() {
    assert_eq!(run_shop("dev"), FOUND);
}

#[test]
fn found_in_release() {
    assert_eq!(run_shop("release"), FOUND);
}
