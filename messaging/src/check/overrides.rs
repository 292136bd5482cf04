//! What an operator says of single workers: that there is such a worker and such a key, and that the key takes the value.

use std::collections::BTreeMap;

use super::Problem;
use crate::app::Resolved;
use crate::nearest::did_you_mean;
use crate::registry;
use crate::settings::{Refusal, SettingValue, Settings, WorkerOverride, variable_name};
use crate::spec::{Keys, Kind, Place, WORKER_KEYS, WorkerKey};

pub(super) fn overrides(settings: &Settings, workers: &[&Resolved]) -> Vec<Problem> {
    let (registered, consumers) = (registry::workers(), registry::consumers());
    // A program that runs only some of its workers has settings for the others as well.
    let registered = registered.iter().map(|spec| (spec.name(), Kind::Worker));
    let consumers = consumers.iter().map(|spec| (spec.name(), Kind::Consumer));
    let here = workers.iter().map(|worker| (worker.name.as_str(), worker.kind));
    let all: Vec<(&str, Kind)> = here.chain(registered).chain(consumers).collect();
    let said = settings.worker_overrides().iter();
    let refused = said.filter_map(|said| refused(said, &all));
    let refused = refused.map(|what| Problem::new(what, []));
    refused.chain(collisions(workers)).collect()
}

fn refused(said: &WorkerOverride, all: &[(&str, Kind)]) -> Option<String> {
    let (worker, key) = (said.worker(), said.key());
    let place = format!("workers.{worker}.{key} ({})", said.origin());
    let Some((_, kind)) = all.iter().find(|(name, _)| said.is_of(name)) else {
        if let SettingValue::Table(_) = said.value() {
            return Some(format!(
                "{place}: there is no worker {worker}; a name with a dot needs quotes, [messaging.workers.\"{worker}.{key}\"]"
            ));
        }
        let near = did_you_mean(worker, all.iter().map(|(name, _)| *name));
        return Some(format!("{place}: there is no worker {worker}{near}"));
    };
    let has = |row: &&WorkerKey| *kind == Kind::Worker || row.of_consumers;
    let Some(row) = WorkerKey::find(key).filter(has) else {
        let near = did_you_mean(key, WORKER_KEYS.iter().filter(has).map(|key| key.name));
        return Some(format!("{place}: {kind}s have no such key{near}"));
    };
    let refusal = (row.read)(&mut Keys::default(), said.given()).err()?;
    let why = match refusal {
        Refusal::NotAllowed => String::new(),
        Refusal::Because(why) => format!(", {why}"),
    };
    Some(format!(
        "{place}: found {}{why}; allowed: {}",
        said.value(),
        (row.allowed)()
    ))
}

/// Two workers that are one in the names of variables.
fn collisions(workers: &[&Resolved]) -> Vec<Problem> {
    let mut by_variable: BTreeMap<String, BTreeMap<&str, Place>> = BTreeMap::new();
    for worker in workers {
        let same = by_variable.entry(variable_name(&worker.name)).or_default();
        same.entry(&worker.name).or_insert(worker.place);
    }
    let several = by_variable.into_iter().filter(|(_, same)| same.len() > 1);
    let problem = |(variable, same): (String, BTreeMap<&str, Place>)| {
        let names: Vec<String> = same.keys().map(|name| format!("\"{name}\"")).collect();
        let what = format!(
            "workers {} are one in the names of variables, WORKER__{variable}__…; give one another `name`",
            names.join(" and ")
        );
        Problem::new(what, same.into_values().collect::<Vec<_>>())
    };
    several.map(problem).collect()
}

#[cfg(test)]
mod tests;
