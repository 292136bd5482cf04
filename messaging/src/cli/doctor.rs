//! `doctor`: whether this program would work here, and what to do where it would not. It changes nothing.

use std::collections::BTreeSet;

use clap::Args;
use serde::Serialize;

use super::connection::Connection;
use super::output::{Format, counted};
use crate::App;
use crate::app::{Resolved, several, too_small};
use crate::error::{Kind, Result};

mod broker;
mod finding;
mod groups;
mod program;
mod topics;

use finding::{Finding, Verdict};

#[derive(Debug, Args)]
#[command(after_help = "\
Each line is ok, warn or fail; what to do stands below it. All names are this program's, with the setting topic_prefix.
Exit codes: 0 when nothing fails, 1 when something does.")]
pub(super) struct Options {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Diagnosis {
    verdict: Verdict,
    findings: Vec<Finding>,
}

pub(super) async fn run(app: &App, options: &Options) -> Result<()> {
    let findings = examine(app).await;
    let verdicts = findings.iter().map(|finding| finding.verdict);
    let diagnosis = Diagnosis {
        verdict: verdicts.max().unwrap_or(Verdict::Ok),
        findings,
    };
    options
        .format
        .show(&diagnosis, |diagnosis| finding::lines(&diagnosis.findings))?;
    let failed = |finding: &&Finding| finding.verdict == Verdict::Fail;
    match diagnosis.findings.iter().filter(failed).count() {
        0 => Ok(()),
        count => Err(Kind::Usage(format!("doctor found {}", counted(count, "problem"))).into()),
    }
}

/// No further than it makes sense: without settings there is no broker to ask.
async fn examine(app: &App) -> Vec<Finding> {
    let mut findings = Vec::new();
    let settings = match app.settings() {
        Ok(settings) => settings,
        Err(error) => return vec![program::no_settings(&error)],
    };
    findings.push(program::settings(&settings));
    findings.push(program::fits(app));
    let connection = match Connection::open(app).await {
        Ok(connection) => connection,
        Err(error) => {
            findings.push(broker::absent(&settings, &error));
            return findings;
        }
    };
    findings.push(broker::reached(&connection).await);
    let workers = app.resolved_by(&settings);
    let small = too_small(&*connection.admin, &workers).await;
    let topics = topics::of(&workers);
    let topics = topics
        .iter()
        .map(|topic| topics::look(&connection, topic, &small));
    findings.extend(several(topics).await);
    let groups = groups(&workers).into_iter();
    let groups = groups.map(|group| groups::look(&connection, group, &workers));
    findings.extend(several(groups).await);
    findings
}

fn groups(workers: &[Resolved]) -> BTreeSet<&str> {
    workers.iter().map(|worker| worker.group.as_str()).collect()
}
