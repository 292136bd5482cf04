//! `groups reset`.

use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::plan::{Change, Known, change};
use super::target::{Place, Target};
use crate::App;
use crate::broker::{Admin, BrokerError, GroupMember, TopicPartition};
use crate::cli::connection::{Connection, IfAbsent, failed};
use crate::cli::output::{Format, counted, note};
use crate::cli::table::{Table, maybe, number, text};
use crate::error::{Kind, Result};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The group
    name: String,
    /// A topic of it, as the broker names it; may be given more than once
    #[arg(long, required = true, value_name = "TOPIC")]
    topic: Vec<String>,
    /// Only this partition; may be given more than once
    #[arg(long, value_name = "PARTITION")]
    partition: Vec<i32>,
    #[command(flatten)]
    target: Target,
    /// Do it; without it the command only shows what it would set
    #[arg(long)]
    execute: bool,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Reset {
    group: String,
    executed: bool,
    changes: Vec<Change>,
}

pub(super) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let members = members(app, &connection, &options.name).await?;
    if options.execute && !members.is_empty() {
        return Err(Kind::Usage(live(&options.name, &members)).into());
    }
    let changes = plan(&connection, options).await?;
    if options.execute {
        execute(&*connection.admin, &options.name, &changes).await?;
    }
    let reset = Reset {
        group: options.name.clone(),
        executed: options.execute,
        changes,
    };
    options.format.show(&reset, |reset| table(reset).to_string())?;
    tell(&reset, &members);
    Ok(())
}

/// Who is in the group. One that is not there yet may be set when this program would make it.
async fn members(app: &App, connection: &Connection, name: &str) -> Result<Vec<GroupMember>> {
    if let Some(found) = connection.find_group(name).await? {
        return Ok(found.members);
    }
    let own = app.resolved()?.into_iter().any(|worker| worker.group == name);
    if own {
        return Ok(Vec::new());
    }
    Err(connection.no_group(name).await?)
}

fn live(group: &str, members: &[GroupMember]) -> String {
    let names: Vec<String> = members
        .iter()
        .map(|member| format!("{} on {} ({})", member.client, member.host, member.id))
        .collect();
    format!(
        "the group \"{group}\" has {} that would commit over it; stop them first: {}",
        counted(members.len(), "member"),
        names.join(", ")
    )
}

async fn plan(connection: &Connection, options: &Options) -> Result<Vec<Change>> {
    let (mut changes, place) = (Vec::new(), options.target.place());
    for topic in &options.topic {
        let count = connection.partitions(topic, IfAbsent::Suggest).await?.len();
        check_partitions(topic, count, &options.partition)?;
        let known = look(&*connection.admin, &options.name, topic, place).await;
        let known = known.map_err(failed(format!("the offsets of \"{topic}\" could not be read")))?;
        let wanted = known
            .into_iter()
            .filter(|known| options.partition.is_empty() || options.partition.contains(&known.partition));
        changes.extend(wanted.filter_map(|known| change(topic, known, place)));
    }
    if changes.is_empty() {
        let text = format!(
            "the group \"{}\" has committed nothing there that could be shifted; use --to-earliest, --to-latest, --to-offset or --to-datetime",
            options.name
        );
        return Err(Kind::Usage(text).into());
    }
    Ok(changes)
}

fn check_partitions(topic: &str, count: usize, wanted: &[i32]) -> Result<()> {
    let has = |partition: &i32| usize::try_from(*partition).is_ok_and(|partition| partition < count);
    match wanted.iter().find(|partition| !has(partition)) {
        Some(wrong) => {
            let last = count.saturating_sub(1);
            let text = format!("the topic \"{topic}\" has no partition {wrong}; it has 0 to {last}");
            Err(Kind::Usage(text).into())
        }
        None => Ok(()),
    }
}

async fn look(admin: &dyn Admin, group: &str, topic: &str, place: Place) -> Result<Vec<Known>, BrokerError> {
    let offsets = admin.offsets(topic).await?;
    let committed = admin.committed(group, topic).await?;
    let times = match place {
        Place::Time(time) => admin.offsets_at(topic, time).await?,
        _ => vec![None; offsets.len()],
    };
    let partitions = offsets.into_iter().zip(committed).zip(times);
    let known = |(partition, (((first, end), committed), at_time))| Known {
        partition,
        first,
        end,
        committed,
        at_time,
    };
    Ok((0..).zip(partitions).map(known).collect())
}

async fn execute(admin: &dyn Admin, group: &str, changes: &[Change]) -> Result<()> {
    let offset = |change: &Change| {
        let at = TopicPartition {
            topic: Arc::from(change.topic.as_str()),
            partition: change.partition,
        };
        (at, change.new)
    };
    let offsets: Vec<_> = changes.iter().map(offset).collect();
    let set = admin.set_group_offsets(group, &offsets).await;
    set.map_err(failed(format!("the group \"{group}\" stays as it is")))
}

fn table(reset: &Reset) -> Table {
    let mut table = Table::new([
        text("TOPIC"),
        number("PARTITION"),
        number("COMMITTED"),
        number("NEW"),
        number("CHANGE"),
    ]);
    for change in &reset.changes {
        let by = change
            .committed
            .map(|committed| format!("{:+}", change.new - committed));
        table.row([
            change.topic.clone(),
            change.partition.to_string(),
            maybe(change.committed),
            change.new.to_string(),
            maybe(by),
        ]);
    }
    table
}

/// What the table does not say.
fn tell(reset: &Reset, members: &[GroupMember]) {
    let limited = reset.changes.iter().filter(|change| change.limited).count();
    if limited > 0 {
        let partitions = counted(limited, "partition");
        note(&format!(
            "note: in {partitions} no record is at the offset asked for; the nearest is taken"
        ));
    }
    if !members.is_empty() {
        note(&format!("note: {}", live(&reset.group, members)));
    }
    if !reset.executed {
        note("nothing was set; add --execute to set it");
    }
}
