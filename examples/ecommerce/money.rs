//! An amount of money: exact inside, a JSON number with decimals outside.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Cents. `0.1 + 0.2` is not `0.3` for floating point numbers, so they are never calculated with: a number from JSON is
/// turned into cents, or refused, before anything else sees it. On the wire it stays a number such as `59.8`, for that
/// is what clients of such APIs send and expect; the nearest `f64` of an amount with two decimals is written as just
/// these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub(crate) struct Money {
    cents: i64,
}

/// Up to here every number of cents has a `f64` of its own: 90 trillion.
const MOST_CENTS: f64 = (1_u64 << 53) as f64;

impl Money {
    pub(crate) fn from_cents(cents: i64) -> Money {
        Money { cents }
    }

    pub(crate) fn cents(self) -> i64 {
        self.cents
    }

    pub(crate) fn is_negative(self) -> bool {
        self.cents < 0
    }
}

impl TryFrom<f64> for Money {
    type Error = &'static str;

    fn try_from(amount: f64) -> Result<Money, &'static str> {
        let cents = (amount * 100.0).round();
        // Not a number fails this as well.
        if cents.abs() <= MOST_CENTS && cents / 100.0 == amount {
            Ok(Money { cents: cents as i64 })
        } else {
            Err("an amount of money has two decimals at most")
        }
    }
}

impl From<Money> for f64 {
    fn from(money: Money) -> f64 {
        money.cents as f64 / 100.0
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amount_of_cents_comes_back_from_json_as_it_was() {
        for cents in (-100_000..100_000).chain([4_503_599_627_370_497, 9_007_199_254_740_991]) {
            let money = Money::from_cents(cents);
            let text = serde_json::to_string(&money).unwrap();
            assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), money, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_amounts_and_a_third_decimal_is_refused() {
        assert_eq!(
            serde_json::from_str::<Money>("7").unwrap(),
            Money::from_cents(700)
        );
        let refused = serde_json::from_str::<Money>("19.999").unwrap_err();
        assert!(refused.to_string().contains("two decimals at most"), "{refused}");
        assert!(serde_json::from_str::<Money>("1e300").is_err());
    }

    #[test]
    fn people_see_two_decimals() {
        let shown = |cents| Money::from_cents(cents).to_string();
        assert_eq!([shown(5980), shown(-5), shown(0)], ["59.80", "-0.05", "0.00"]);
    }
}
