#!/usr/bin/env bash
# Each patch in tests/mutations takes one guard out of the delivery core; the core's tests must notice every one.
# A patch that does not apply, does not compile, or is not noticed is an error.
#
#   scripts/mutations.sh [patch…]      all of them without arguments
#
# Works on a copy of the last commit, never on the files here.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD

least=52
patience=900 # seconds for one run of the tests; a core that hangs was noticed too
tests=(cargo test -p messaging --no-default-features --lib)

fail() {
    printf 'mutations: %s\n' "$1" >&2
    exit 1
}

patches=()
if (($#)); then
    patches=("$@")
else
    for patch in tests/mutations/*.patch; do
        [[ -e $patch ]] && patches+=("$patch")
    done
    ((${#patches[@]} >= least)) || fail "${#patches[@]} patches in tests/mutations, at least $least are needed"
fi
mapfile -t patches < <(realpath -- "${patches[@]}")

work=$(mktemp -d)
tree=$work/tree
log=$work/log
clean_up() {
    git -C "$root" worktree remove --force "$tree" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT
git worktree add --quiet --detach "$tree" HEAD
cd "$tree"
# One folder for all: only the core is compiled again for each patch.
export CARGO_TARGET_DIR=$root/target/mutations CARGO_TERM_COLOR=never

compile() {
    "${tests[@]}" --no-run >"$log" 2>&1
}

# The examples are quick and notice most; the random sequences have the last word.
run_tests() {
    timeout --kill-after=10 "$patience" "${tests[@]}" delivery:: -- --skip sequences >"$log" 2>&1 &&
        timeout --kill-after=10 "$patience" "${tests[@]}" sequences >"$log" 2>&1
}

restore() {
    git checkout --quiet -- . && git clean --quiet -fd
}

# Prints what became of the patch; fails unless the tests noticed it.
try_patch() {
    git apply "$1" 2>"$log" || { echo "does not apply"; return 1; }
    compile || { echo "does not compile"; return 1; }
    local status=0
    run_tests || status=$?
    case $status in
    0) echo "NOT NOTICED"; return 1 ;;
    124 | 137) echo "noticed: the tests hang" ;;
    *) echo "noticed: $(first_failure)" ;;
    esac
}

first_failure() {
    local name
    name=$(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$log" | head -n 1)
    echo "${name:-the tests crash}"
}

compile || { cat "$log" >&2; fail "the core does not compile even without a patch"; }
run_tests || { cat "$log" >&2; fail "the core's tests fail even without a patch"; }
grep -q '^running [1-9]' "$log" || fail "the core has no tests: nothing runs in the module \`delivery\`"

failures=0
printf '| patch | result | seconds |\n|---|---|---|\n'
for patch in "${patches[@]}"; do
    start=$SECONDS
    result=$(try_patch "$patch") || { failures=$((failures + 1)); result="**$result**"; tail -n 20 "$log" >&2; }
    restore
    printf '| %s | %s | %s |\n' "$(basename "$patch" .patch)" "$result" "$((SECONDS - start))"
done
printf '\n%s patches, %s errors\n' "${#patches[@]}" "$failures"
((failures == 0))
