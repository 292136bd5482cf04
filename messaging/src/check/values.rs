//! Values of one type that were given twice: handlers ask for a value by its type.

use super::Problem;
use crate::app::Given;

pub(super) fn repeated_values(given: &[Given]) -> Vec<Problem> {
    let is_first = |at: usize| !given[..at].iter().any(|before| before.repeats(&given[at]));
    let firsts = (0..given.len()).filter(|at| is_first(*at));
    firsts.filter_map(|at| repeated(&given[at..])).collect()
}

/// The first of these with those that repeat it.
fn repeated(given: &[Given]) -> Option<Problem> {
    let alike: Vec<&Given> = given.iter().filter(|other| other.repeats(&given[0])).collect();
    let (count, first) = (alike.len(), alike[0]);
    let what = format!(
        "{count} values of type `{}` are given with `{}`, and handlers would see the first only; wrap the others in types of their own",
        first.what, first.how
    );
    let places: Vec<_> = alike.iter().map(|given| given.place).collect();
    (count > 1).then(|| Problem::new(what, places))
}
