//! The keys of retries, which all handler macros have: one policy, or each by itself.

use crate::keys::Keys;
use crate::mistakes::Mistakes;

/// The keys that a policy says together.
const SINGLE: [&str; 5] = [
    "max_retries",
    "retry_backoff",
    "retry_delay",
    "retry_max_delay",
    "retry_jitter",
];

/// With both, a reader of the policy would not know what counts.
pub(crate) fn check_retries(keys: &Keys, mistakes: &mut Mistakes) {
    if keys.given("retry_policy").is_none() {
        return;
    }
    for given in SINGLE.iter().filter_map(|key| keys.given(key)) {
        let key = &given.key;
        mistakes.at(
            key,
            format!(
                "`{key}` is said by `retry_policy`: remove it and change the policy, or remove `retry_policy`"
            ),
        );
    }
}
