#!/usr/bin/env bash
# Sets up what the tests need, then runs all of them; stops at the first step that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

# Bash does not stop at a failure inside a function that is called like this: the steps below join commands by && or ||.
step() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@" || fail "== $name: failed after $((SECONDS - start)) s"
    printf '== %s: %s s\n' "$name" "$((SECONDS - start))"
}

# The Debian packages of the programs that are missing: librdkafka is built by a C compiler and make, OpenSSL (for the
# feature kafka-tls) by perl too, Kafka runs on Java and is downloaded by Maven.
missing_packages() {
    command -v gcc >/dev/null || echo gcc
    command -v g++ >/dev/null || echo g++
    command -v make >/dev/null || echo make
    # Debian's perl-base, which is always there, lacks modules that OpenSSL's Configure needs.
    perl -MFindBin -MFile::Compare -e 1 2>/dev/null || echo perl
    # A test runs the curl lines of the README.
    command -v curl >/dev/null || echo curl
    command -v java >/dev/null || echo default-jre-headless
    command -v mvn >/dev/null || echo maven
}

install_packages() {
    local packages
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]})) || return 0
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
        fail "missing, by the names of their Debian packages: ${packages[*]}" \
            "install them, for example: sudo apt-get install ${packages[*]}"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update && apt-get install --yes --no-install-recommends "${packages[@]}"
}

check_java() {
    local version
    version=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p')
    [[ $version =~ ^[0-9]+$ ]] || fail "java does not tell its version: $(java -version 2>&1)"
    ((version >= 17)) || fail "java is version $version, Kafka needs 17 or later: put a newer one first on the PATH"
}

check_rust() {
    command -v cargo >/dev/null || fail "cargo is missing: install Rust as https://rustup.rs says"
    cargo fmt --version && cargo clippy --version ||
        fail "a component of Rust is missing: rustup component add rustfmt clippy"
}

set_up() {
    install_packages && check_java && check_rust
}

check_features() {
    local feature
    cargo check -p messaging --no-default-features || return
    # Only a build without Kafka can show how it refuses a program that asks for it.
    cargo test -p messaging --no-default-features --test check || return
    # OpenSSL takes minutes to build: once, for the tests that need it.
    cargo test -p messaging-tests --features kafka-tls --test oauthbearer || return
    for feature in kafka cli anyhow axum inventory json-schema; do
        echo "-- $feature alone"
        cargo check -p messaging --no-default-features --features "$feature" || return
    done
}

documentation() {
    RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps
}

step "set up" set_up
step "Kafka for the tests" cargo run --quiet -p messaging-tests --bin fetch-kafka
step "format" cargo fmt --all --check
step "clippy" cargo clippy --workspace --all-targets -- -D warnings
step "tests" cargo test --workspace
step "features" check_features
step "documentation" documentation
printf '\n== all passed in %s s\n' "$SECONDS"
