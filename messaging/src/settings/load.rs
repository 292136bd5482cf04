//! From sources to settings, or to everything that is wrong with them.

use super::Settings;
use super::error::{Problem, SettingsError};
use super::keys::{self, Given, KEYS, Key, Values};
use super::layer::Resolved;
use super::rules::{RULES, Rule};
use super::setting::Refusal;
use super::sources::{Entry, Sources};
use super::value::SettingValue;
use crate::nearest::did_you_mean;

pub(super) fn load(sources: &Sources) -> Result<Settings, SettingsError> {
    let mut settings = Settings {
        overrides: sources.overrides.clone(),
        warnings: sources.warnings.clone(),
        kafka_token: sources.kafka_token.clone(),
        ..Settings::default()
    };
    let mut problems = sources.problems.clone();
    problems.extend(sources.entries.iter().filter_map(judge));
    KEYS.iter().for_each(|key| settings.take(key, &sources.entries));
    let broken = RULES
        .iter()
        .filter(|rule| rule.is_broken(&settings) && !is_blurred(rule, &problems));
    let broken: Vec<Problem> = broken.map(|rule| settings.report(rule)).collect();
    problems.extend(broken);
    if problems.is_empty() {
        Ok(settings)
    } else {
        Err(SettingsError { problems })
    }
}

impl Settings {
    /// Gives the key the value that counts for it; one that was refused leaves it as it is.
    fn take(&mut self, key: &Key, entries: &[Entry]) {
        let candidates = entries.iter().filter(|entry| entry.key == key.name);
        let strongest = Resolved::pick(candidates.map(|entry| (entry.origin.layer(), Some(entry))));
        let Some(Resolved { value: entry, .. }) = strongest else {
            return;
        };
        if (key.set)(&mut self.values, given(entry)).is_ok() {
            self.origins.insert(key.name, entry.origin.clone());
        }
    }

    fn report(&self, rule: &Rule) -> Problem {
        let others = rule.keys[1..]
            .iter()
            .filter_map(|name| keys::find(name))
            .map(|key| {
                let value = (key.show)(&self.values).unwrap_or_else(|| "unset".to_owned());
                format!(", which is {value} ({})", self.origin_of(key.name))
            });
        let (name, shown) = (rule.keys[0], rule.shown(&self.values));
        let first = shown.as_deref().unwrap_or("unset, but");
        let what = format!("{first} {}{}", rule.says, others.collect::<String>());
        let problem = Problem::of_key(name, self.origin_of(name), what);
        match keys::find(name) {
            Some(key) if shown.is_none() => problem.allowed((key.allowed)()),
            _ => problem,
        }
    }
}

/// A rule whose keys could not all be read would speak about values that nobody wrote.
fn is_blurred(rule: &Rule, problems: &[Problem]) -> bool {
    problems.iter().any(|problem| match &problem.key {
        Some(key) => rule.keys.contains(&key.as_str()),
        None => true,
    })
}

fn judge(entry: &Entry) -> Option<Problem> {
    let Some(key) = keys::find(&entry.key) else {
        let near = did_you_mean(&entry.key, KEYS.iter().map(|key| key.name));
        let what = format!("there is no such setting{near}");
        return Some(Problem::of_key(&entry.key, entry.origin.clone(), what));
    };
    // A trial on defaults: every layer is judged, and only one of them counts.
    let refusal = (key.set)(&mut Values::default(), given(entry)).err()?;
    let what = match (found(key, &entry.value), refusal) {
        (found, Refusal::NotAllowed) => found,
        (found, Refusal::Because(why)) => format!("{found}, {why}"),
    };
    Some(Problem::of_key(key.name, entry.origin.clone(), what).allowed((key.allowed)()))
}

fn found(key: &Key, value: &SettingValue) -> String {
    match key.secret {
        true => format!("found {}", value.kind()),
        false => format!("found {value}"),
    }
}

fn given(entry: &Entry) -> Given<'_> {
    Given::of(&entry.value, entry.origin.layer())
}
