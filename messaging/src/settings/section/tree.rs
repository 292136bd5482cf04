//! The values of a section, each with its place.

use std::collections::BTreeMap;

use crate::settings::layer::Layer;
use crate::settings::origin::Origin;
use crate::settings::overrides::variable_name;
use crate::settings::sources::Variable;
use crate::settings::value::SettingValue;

/// A value with the places of all its parts.
#[derive(Debug, Clone)]
pub(in crate::settings) enum Tree {
    Leaf(SettingValue, Origin),
    List(Vec<Tree>, Origin),
    Table(BTreeMap<String, Tree>, Origin),
}

impl Tree {
    pub(super) fn origin(&self) -> &Origin {
        match self {
            Tree::Leaf(_, origin) | Tree::List(_, origin) | Tree::Table(_, origin) => origin,
        }
    }

    /// Puts a value where the path leads, in the place of what is there.
    fn put(&mut self, path: &[String], leaf: Tree) {
        let Some((first, rest)) = path.split_first() else {
            *self = leaf;
            return;
        };
        if !matches!(self, Tree::Table(..)) {
            *self = Tree::Table(BTreeMap::new(), leaf.origin().clone());
        }
        if let Tree::Table(entries, _) = self {
            let empty = || Tree::Table(BTreeMap::new(), leaf.origin().clone());
            entries.entry(first.clone()).or_insert_with(empty).put(rest, leaf);
        }
    }
}

/// The section of this name, with what the variables say in the places of what the file says.
pub(super) fn of_section(name: &str, sections: &[(String, Tree)], variables: &[Variable]) -> Tree {
    let mut tree = Tree::Table(BTreeMap::new(), Origin::Default);
    for (_, section) in sections.iter().filter(|(section, _)| section == name) {
        tree = section.clone();
    }
    let prefix = format!("{}__", variable_name(name));
    for layer in [Layer::DotEnv, Layer::Environment] {
        for variable in variables
            .iter()
            .filter(|variable| variable.origin.layer() == layer)
        {
            let Some(rest) = variable.name.strip_prefix(&prefix) else {
                continue;
            };
            let path: Vec<String> = rest.split("__").map(str::to_ascii_lowercase).collect();
            let value = SettingValue::Text(variable.value.clone());
            tree.put(&path, Tree::Leaf(value, variable.origin.clone()));
        }
    }
    tree
}
