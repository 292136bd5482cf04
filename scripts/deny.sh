#!/usr/bin/env bash
# Looks at everything that is linked in: its licences, crates that are banned or there twice, and where it comes from.
# deny.toml says what is allowed. The database of advisories is another matter: it has to be fetched each time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=0.20.2
tools=${CARGO_TARGET_DIR:-target}/tools
deny=$tools/bin/cargo-deny

if [[ $("$deny" --version 2>/dev/null) != "cargo-deny $version" ]]; then
    cargo install --locked --root "$tools" --version "=$version" cargo-deny
fi
"$deny" --all-features check licenses bans sources
