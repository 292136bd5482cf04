//! What the process finds as long as somebody else keeps it.

use std::sync::{Arc, Weak};

use crate::lock::Lock;

/// All of a kind that live.
#[derive(Debug)]
pub(crate) struct Living<T>(Lock<Vec<Weak<T>>>);

impl<T> Living<T> {
    pub(crate) const fn new() -> Living<T> {
        Living(Lock::new(Vec::new()))
    }

    /// Finds this one from now on.
    pub(crate) fn note(&self, one: &Arc<T>) {
        let mut all = self.0.lock();
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(one));
    }

    /// Those that live, in the order in which they were noted.
    pub(crate) fn all(&self) -> Vec<Arc<T>> {
        self.0.lock().iter().filter_map(Weak::upgrade).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lives_is_found_in_its_order() {
        let living = Living::new();
        let (one, two) = (Arc::new(1), Arc::new(2));
        living.note(&one);
        living.note(&Arc::new(0));
        living.note(&two);
        assert_eq!(living.all(), [one.clone(), two.clone()]);
        drop(one);
        assert_eq!(living.all(), [two]);
    }
}
