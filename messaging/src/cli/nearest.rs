//! A name that nobody knows: which known one was probably meant.

use std::fmt::Write;

pub(super) use crate::nearest::nearest;

/// How many names are listed: a large cluster has thousands.
const LISTED: usize = 20;

/// What to say of a name that is not known: it suggests the nearest, and lists those that are. `what` is the noun:
/// "topic", "group", "worker".
pub(super) fn unknown(what: &str, wanted: &str, known: &[&str]) -> String {
    unknown_among(what, wanted, known, known)
}

/// The same where only some of the known names can have been meant.
pub(super) fn unknown_among(what: &str, wanted: &str, near: &[&str], known: &[&str]) -> String {
    let mut text = format!("there is no {what} \"{wanted}\"");
    // Writing to a text cannot fail.
    let _ = match nearest(wanted, near.iter().copied()) {
        Some(name) => write!(text, "; did you mean \"{name}\"? "),
        None => write!(text, "; "),
    };
    let _ = match known {
        [] => write!(text, "there are none"),
        _ => write!(text, "there are: {}", listed(known)),
    };
    text
}

fn listed(known: &[&str]) -> String {
    let names = known[..known.len().min(LISTED)].join(", ");
    match known.len().saturating_sub(LISTED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_suggests_and_lists() {
        let text = unknown("topic", "ordres", &["orders", "users"]);
        assert_eq!(
            text,
            "there is no topic \"ordres\"; did you mean \"orders\"? there are: orders, users"
        );
        let text = unknown("group", "g", &[]);
        assert_eq!(text, "there is no group \"g\"; there are none");
        let names: Vec<String> = (0..25).map(|number| format!("name-{number}")).collect();
        let many: Vec<&str> = names.iter().map(String::as_str).collect();
        let text = unknown("topic", "zzz", &many);
        assert!(text.ends_with("name-19 and 5 more"), "{text}");
    }
}
