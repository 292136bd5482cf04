//! The linker keeps what macros registered in dependencies, with and without optimization, by either way to gather it; and
//! what it leaves out is told.

use std::process::Command;

const FOUND: &str = "\
worker charge on orders in registry_orders of registry-orders
worker ship on orders in registry_orders::shipping of registry-orders
worker greet on visits in registry_shop of registry-shop
topic orders by Some(\"id\")
event order.paid for registry_orders::OrderEvents of registry-orders
event payment.received for registry_orders::OrderEvents of registry-payments
event parcel.sent for registry_orders::OrderEvents of registry-shipping
all is there
";

/// What a build without the anchor of one crate says at its end.
const MISSING: [&str; 2] = [
    "nothing of the package \"registry-shipping\" is registered; when the program names its crate nowhere, write `messaging::anchor!(registry_shipping);` (",
    "the event \"parcel.sent\" is expected in group \"order-events\" and has no handler there;",
];

/// The output of the program, built so.
fn run_shop(options: &[&str]) -> String {
    let cargo = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--package", "registry-shop"])
        .args(options)
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&cargo.stderr);
    assert!(
        cargo.status.success(),
        "the program with {options:?} failed:\n{errors}"
    );
    String::from_utf8(cargo.stdout).expect("the program prints text")
}

fn assert_missing_is_told(features: &str) {
    let told = run_shop(&["--features", features]);
    assert!(
        !told.contains("event parcel.sent") && told.contains("event payment.received"),
        "{told}"
    );
    assert!(told.contains("2 problems"), "{told}");
    for missing in MISSING {
        assert!(told.contains(missing), "{told}");
    }
}

#[test]
fn found_in_debug() {
    assert_eq!(run_shop(&[]), FOUND);
}

#[test]
fn found_in_debug_by_inventory() {
    assert_eq!(run_shop(&["--features", "inventory"]), FOUND);
}

#[test]
fn found_in_release() {
    assert_eq!(run_shop(&["--release"]), FOUND);
}

#[test]
fn a_crate_without_its_anchor_is_told() {
    assert_missing_is_told("without-shipping");
}

#[test]
fn a_crate_without_its_anchor_is_told_by_inventory() {
    assert_missing_is_told("without-shipping,inventory");
}

/// Each is a whole build, so `scripts/long.sh` runs them.
fn assert_found_when_optimized(lto: &str, units: &str) {
    let lto = format!("profile.release.lto={lto}");
    let units = format!("profile.release.codegen-units={units}");
    let release = ["--release", "--config", &lto, "--config", &units];
    for registry in [&[][..], &["--features", "inventory"]] {
        assert_eq!(
            run_shop(&[&release, registry].concat()),
            FOUND,
            "{lto} {units} {registry:?}"
        );
    }
}

#[test]
#[ignore = "long: builds all in release twice"]
fn found_with_one_codegen_unit() {
    assert_found_when_optimized("false", "1");
}

#[test]
#[ignore = "long: builds all in release twice"]
fn found_with_sixteen_codegen_units() {
    assert_found_when_optimized("false", "16");
}

#[test]
#[ignore = "long: builds all in release twice"]
fn found_with_fat_lto_and_one_codegen_unit() {
    assert_found_when_optimized("\"fat\"", "1");
}

#[test]
#[ignore = "long: builds all in release twice"]
fn found_with_fat_lto_and_sixteen_codegen_units() {
    assert_found_when_optimized("\"fat\"", "16");
}
