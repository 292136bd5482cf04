//! Which known name a wrong one was meant to be, and how that is said.

mod rule;

pub(crate) use rule::nearest;

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
            ("orders.paid.v2", Some("orders.paid")),
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
