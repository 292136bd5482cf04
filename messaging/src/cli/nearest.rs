//! A name that nobody knows: which known one was probably meant.

use std::fmt::Write;

/// How alike two names have to be, between 0 and 1, for one to be taken for a slip of the other.
const ALIKE: f64 = 0.6;

/// How alike a name is to a longer one that it is part of, such as `orders` to `dev.orders`.
const PART: f64 = 0.8;

/// How many names are listed: a large cluster has thousands.
const LISTED: usize = 20;

/// The known name that is most like the wanted one, if any is.
pub(super) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let alike = known.into_iter().map(|name| (likeness(wanted, name), name));
    let best = alike
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.map(|(_, name)| name)
}

fn likeness(wanted: &str, name: &str) -> f64 {
    let (wanted, name) = (wanted.to_lowercase(), name.to_lowercase());
    let part = if wanted.len() > 2 && name.contains(&wanted) {
        PART
    } else {
        0.0
    };
    strsim::normalized_damerau_levenshtein(&wanted, &name).max(part)
}

/// What to say of a name that is not known: it suggests the nearest, and lists those that are. `what` is the noun: "topic",
/// "group", "worker".
pub(super) fn unknown(what: &str, wanted: &str, known: &[&str]) -> String {
    let mut text = format!("there is no {what} \"{wanted}\"");
    // Writing to a text cannot fail.
    let _ = match nearest(wanted, known.iter().copied()) {
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
    fn a_slip_and_a_part_find_their_name() {
        let known = ["orders.created", "orders.paid", "dev.invoices"];
        for (wanted, meant) in [
            ("orders.craeted", Some("orders.created")),
            ("Orders.Paid", Some("orders.paid")),
            ("invoices", Some("dev.invoices")),
            ("zebra", None),
            ("", None),
        ] {
            assert_eq!(nearest(wanted, known), meant, "{wanted}");
        }
    }

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
