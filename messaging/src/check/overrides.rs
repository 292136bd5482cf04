//! What an operator says of single workers: that there is such a worker and such a key, and that the key takes the
//! value.

use std::collections::BTreeMap;

use super::Problem;
use crate::app::{Resolved, Standing, names_made_by_hand};
use crate::nearest::did_you_mean;
use crate::registry;
use crate::settings::{Refusal, SettingValue, Settings, WorkerOverride, variable_name};
use crate::spec::{Keys, Kind, Place, WORKER_KEYS, WorkerKey};

/// What is wrong of it for an App of these workers.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub(crate) problems: Vec<Problem>,
    /// What is said of workers that are nowhere: a warning of an App that does not have to know all of them.
    pub(crate) warnings: Vec<String>,
}

/// The program judges all that is said of what is registered, also when it runs only some of it. An App of picked
/// workers, and a consumer by hand, judge what is said of their own: the rest may be meant for another App.
pub(crate) fn judge(settings: &Settings, workers: &[&Resolved], standing: Standing) -> Judged {
    let (all, is_program) = (known(workers), standing == Standing::Program);
    let mine = if is_program { all.len() } else { workers.len() };
    let mut judged = Judged::default();
    for said in settings.worker_overrides() {
        match all.iter().position(|(name, _)| said.is_of(name)) {
            Some(at) if at < mine => {
                let refused = refused(said, all[at].1);
                judged.problems.extend(refused.map(|what| Problem::new(what, [])));
            }
            Some(_) => {}
            None if names_made_by_hand().iter().any(|name| said.is_of(name)) => {}
            None if is_program => judged.problems.push(Problem::new(unknown(said, &all), [])),
            None => judged.warnings.push(unknown(said, &all)),
        }
    }
    judged.problems.extend(collisions(workers));
    judged
}

/// These workers, and behind them what is registered.
fn known(workers: &[&Resolved]) -> Vec<(String, Kind)> {
    let here = workers.iter().map(|worker| (worker.name.clone(), worker.kind));
    let (registered, consumers) = (registry::workers(), registry::consumers());
    let registered = registered
        .iter()
        .map(|spec| (spec.name().to_owned(), Kind::Worker));
    let consumers = consumers
        .iter()
        .map(|spec| (spec.name().to_owned(), Kind::Consumer));
    here.chain(registered).chain(consumers).collect()
}

fn place(said: &WorkerOverride) -> String {
    format!("workers.{}.{} ({})", said.worker(), said.key(), said.origin())
}

/// What to say of a worker that is nowhere.
fn unknown(said: &WorkerOverride, all: &[(String, Kind)]) -> String {
    let (place, worker, key) = (place(said), said.worker(), said.key());
    if let SettingValue::Table(_) = said.value() {
        return format!(
            "{place}: there is no worker {worker}; a name with a dot needs quotes, [messaging.workers.\"{worker}.{key}\"]"
        );
    }
    let made = names_made_by_hand();
    let names = all.iter().map(|(name, _)| name).chain(&made);
    let near = did_you_mean(worker, names.map(String::as_str));
    format!("{place}: there is no worker {worker}{near}")
}

/// What is wrong of what is said of a worker that is known.
fn refused(said: &WorkerOverride, kind: Kind) -> Option<String> {
    let (place, key) = (place(said), said.key());
    let has = |row: &&WorkerKey| kind == Kind::Worker || row.of_consumers;
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
