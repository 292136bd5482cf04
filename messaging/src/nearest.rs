//! Which known name a wrong one was meant to be.

/// How alike two names have to be, between 0 and 1, for one to be taken for a slip of the other.
const ALIKE: f64 = 0.6;

/// How alike a name is to a longer one that it is part of, such as `orders` to `dev.orders`.
const PART: f64 = 0.8;

/// The known name that is most like the wanted one, if any is.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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

/// `; did you mean …?`, or nothing when no known name is like it.
pub(crate) fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, known)
        .map(|name| format!("; did you mean {name}?"))
        .unwrap_or_default()
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
    fn a_suggestion_is_made_where_there_is_one() {
        assert_eq!(
            did_you_mean("lingr", ["linger", "client"]),
            "; did you mean linger?"
        );
        assert_eq!(did_you_mean("zebra", ["linger", "client"]), "");
    }
}
