#!/usr/bin/env bash
# The long checks, which CI has no time for. Writes docs/reports/<date>-long.md, to be committed; fails when a step does.
# A new check is one more `step` line at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

report=docs/reports/$(date -u +%F)-long.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# step "name" command…: its output goes to the terminal and into the report.
step() {
    local name=$1 start=$SECONDS result=passed
    shift
    printf '\n== %s\n' "$name"
    "$@" </dev/null 2>&1 | tee "$work/output" || { result="**failed**"; failures=$((failures + 1)); }
    local seconds=$((SECONDS - start))
    printf '| %s | %s | %s |\n' "$name" "$result" "$seconds" >>"$work/summary"
    {
        printf '\n## %s: %s\n\n`%s`\n\n~~~~text\n' "$name" "$result" "$*"
        neutral <"$work/output"
        printf '~~~~\n'
    } >>"$work/details"
    printf '== %s: %s, %s s\n' "$name" "$result" "$seconds"
}

# Neither colours nor this machine's folders belong into the report.
neutral() {
    sed -e 's/\x1b\[[0-9;]*m//g' -e "s#$root#.#g" -e "s#${TMPDIR:-/tmp}/#<tmp>/#g" -e "s#$HOME#~#g"
}

commit() {
    git rev-parse --short=12 HEAD
    [[ -z $(git status --porcelain) ]] || echo "with changes that are not committed"
}

kafka_version() {
    sed -n '/kafka_2.13/,/version/s:.*<version>\(.*\)</version>.*:\1:p' tests/kafka/pom.xml
}

write_report() {
    mkdir -p "$(dirname "$report")"
    {
        printf '# The long checks, %s\n\n| | |\n|---|---|\n' "$(date -u +%F)"
        printf '| commit | %s |\n' "$(paste -sd ' ' <<<"$started_from")"
        printf '| processors | %s |\n' "$(nproc)"
        printf '| rustc | %s |\n' "$(rustc --version)"
        printf '| Apache Kafka | %s |\n' "$(kafka_version)"
        printf '\n| step | result | seconds |\n|---|---|---|\n'
        cat "$work/summary" "$work/details"
    } >"$report"
    printf '\nwritten: %s\n' "$report"
}

started_from=$(commit)
step "every guard of the delivery core is tested" scripts/mutations.sh
step "the linker keeps what is registered, however it optimizes" cargo test -p messaging-ui-tests --test registry_across_crates -- --ignored
step "ten kills lose nothing" env MESSAGING_KILLS=10 cargo test -p messaging-tests --test e2e killed -- --nocapture
step "licences, bans and sources of what is linked in" scripts/deny.sh
step "speed beside loops written by hand" cargo run --release -p messaging-benches -- all 7
write_report
((failures == 0))
