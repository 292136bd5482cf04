//! Finds all that is wrong with a section, where serde stops at the first: what is wrong is noted and then mended, with
//! something made up, until all of it can be read.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use super::failed::{Failed, What};
use super::read::Reader;
use super::tree::Tree;
use crate::settings::error::Problem;
use crate::settings::origin::Origin;
use crate::settings::overrides::variable_name;

/// What is answered otherwise than the tree says, by path.
#[derive(Default)]
pub(super) struct Mending {
    made_up: BTreeSet<String>,
    left_out: BTreeSet<String>,
}

impl Mending {
    pub(super) fn is_made_up(&self, path: &str) -> bool {
        self.made_up.contains(path)
    }

    pub(super) fn is_left_out(&self, path: &str) -> bool {
        self.left_out.contains(path)
    }

    /// The fields right below a path that are made up although they are nowhere said.
    pub(super) fn made_up_below<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        let below = move |made_up: &'a String| made_up.strip_prefix(path)?.strip_prefix('.');
        self.made_up
            .iter()
            .filter_map(below)
            .filter(|name| !name.contains('.'))
    }

    /// Whether that is new: what fails again cannot be mended.
    fn mend(&mut self, failed: &Failed) -> bool {
        match &failed.what {
            What::Missing(field) => self.made_up.insert(format!("{}.{field}", failed.path)),
            What::Unknown { field, .. } => self.left_out.insert(format!("{}.{field}", failed.path)),
            What::Wrong(_) => self.made_up.insert(failed.path.clone()),
        }
    }
}

/// The value of the section, or everything that is wrong with it.
pub(super) fn read<T: DeserializeOwned>(name: &str, tree: &Tree) -> Result<T, Vec<Problem>> {
    let (mut mending, mut problems) = (Mending::default(), Vec::new());
    loop {
        match T::deserialize(Reader::new(name, tree, &mending)) {
            Ok(value) if problems.is_empty() => return Ok(value),
            Ok(_) => return Err(problems),
            Err(failed) if mending.mend(&failed) => problems.push(problem(name, failed)),
            Err(_) => return Err(problems),
        }
    }
}

fn problem(section: &str, failed: Failed) -> Problem {
    let Failed { path, origin, what } = failed;
    match what {
        What::Missing(field) => {
            let path = format!("{path}.{field}");
            let variable: Vec<String> = path.split('.').map(variable_name).collect();
            let what = format!(
                "is needed and nowhere set; write it in [{section}] of the settings file, or set {}",
                variable.join("__")
            );
            Problem::of_key(&path, Origin::Default, what)
        }
        What::Unknown { field, says } => Problem::of_key(&format!("{path}.{field}"), origin, says),
        What::Wrong(says) => Problem::of_key(&path, origin, says),
    }
}
