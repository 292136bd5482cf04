//! `groups list`.

use clap::Args;
use serde::Serialize;

use crate::App;
use crate::broker::GroupListing;
use crate::cli::connection::{Connection, failed};
use crate::cli::output::Format;
use crate::cli::table::{Table, text};
use crate::error::Result;

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Row {
    group: String,
    state: &'static str,
    protocol: &'static str,
}

pub(super) async fn run(app: &App, options: &Options) -> Result<()> {
    let connection = Connection::open(app).await?;
    let groups = connection.admin.groups().await;
    let groups = groups.map_err(failed("the groups could not be listed"))?;
    let rows: Vec<Row> = groups.into_iter().map(row).collect();
    options.format.show(&rows, |rows| {
        if rows.is_empty() {
            return "there are no groups; one is made when its first member joins\n".to_owned();
        }
        table(rows).to_string()
    })
}

fn row(group: GroupListing) -> Row {
    Row {
        group: group.name,
        state: group.state.as_str(),
        protocol: group.protocol.as_str(),
    }
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new([text("GROUP"), text("STATE"), text("PROTOCOL")]);
    for row in rows {
        table.row([row.group.clone(), row.state.to_owned(), row.protocol.to_owned()]);
    }
    table
}
