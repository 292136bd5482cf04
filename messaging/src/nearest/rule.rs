//! Which known name a wrong one was meant to be. The macros include this file, so that a key is suggested alike
//! wherever it is misspelt.

/// How alike two names have to be, between 0 and 1, for one to be taken for a slip of the other.
const ALIKE: f64 = 0.6;

/// How alike a name is at least to a longer one that it is part of, such as `orders` to `dev.orders`. The more of it
/// there is, the more alike they are.
const PART: f64 = 0.7;

/// Of how many letters a name is taken for a part of another; fewer are in too many.
const LETTERS: usize = 3;

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
    let slip = strsim::normalized_damerau_levenshtein(&wanted, &name);
    slip.max(part(&wanted, &name)).max(part(&name, &wanted))
}

fn part(short: &str, long: &str) -> f64 {
    if short.len() < LETTERS || !long.contains(short) {
        return 0.0;
    }
    PART + (1.0 - PART) * short.len() as f64 / long.len() as f64
}
