//! Says nothing to Cargo: `links` in Cargo.toml asks for a build script.

fn main() {}
