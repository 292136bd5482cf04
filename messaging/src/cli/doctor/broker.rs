//! Whether the broker answers.

use super::finding::Finding;
use crate::broker::{Cluster, Node};
use crate::cli::connection::Connection;
use crate::cli::output::counted;
use crate::error::Error;
use crate::runtime::clock;
use crate::settings::{MessageBroker, Settings};

const CHECK: &str = "broker";

pub(super) fn absent(settings: &Settings, error: &Error) -> Finding {
    if error.is_disabled() {
        return Finding::fail(CHECK, error.report(), "set kafka_enabled to true");
    }
    let advice = match settings.message_broker {
        MessageBroker::Kafka => settings.origin("kafka_bootstrap_servers").map_or_else(
            String::new,
            |origin| {
                format!("check that it runs, that a firewall lets it through, and kafka_bootstrap_servers ({origin})")
            },
        ),
        _ => "check message_broker".to_owned(),
    };
    Finding::fail(CHECK, error.report(), advice)
}

/// The time is that of one question and its answer, on a connection that may have to be made first.
pub(super) async fn reached(connection: &Connection) -> Finding {
    let start = clock::now();
    let cluster = connection.admin.cluster().await;
    let took = clock::now() - start;
    match cluster {
        Ok(cluster) => {
            let what = format!("{}, answers in {} ms", described(&cluster), took.as_millis());
            Finding::ok(CHECK, what)
        }
        Err(error) => Finding::refused(
            CHECK,
            &error,
            &connection.settings,
            "--operation Describe --cluster",
        ),
    }
}

fn described(cluster: &Cluster) -> String {
    let node = |node: &Node| format!("{} at {}", node.id, node.address);
    let nodes: Vec<String> = cluster.nodes.iter().map(node).collect();
    let id = cluster.id.as_ref().map(|id| format!("cluster {id}, "));
    format!(
        "{}{} ({}), asked by {}",
        id.unwrap_or_default(),
        counted(nodes.len(), "node"),
        nodes.join(", "),
        cluster.client
    )
}
