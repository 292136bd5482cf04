//! Partitions that are added to a topic while it is followed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::connection::Connection;
use super::reading::Stretch;
use crate::broker::Admin;

/// How often the broker is asked for the partitions of the topic.
const LOOK: Duration = Duration::from_secs(5);

/// Gives the partitions behind those that are known, from their first records: all of them are newer than the first
/// look. It has a task of its own, because a question that is given up for each record that comes would never be
/// answered.
pub(super) fn behind(known: usize, connection: &Connection, topic: &str) -> mpsc::Receiver<Vec<Stretch>> {
    let (tell, told) = mpsc::channel(1);
    tokio::spawn(look(known, connection.admin.clone(), topic.to_owned(), tell));
    told
}

async fn look(mut known: usize, admin: Arc<dyn Admin>, topic: String, tell: mpsc::Sender<Vec<Stretch>>) {
    while !tell.is_closed() {
        sleep(LOOK).await;
        // What the broker does not tell now, it may tell the next time; that it is gone is the reader's to say.
        let partitions = admin.partitions(&topic).await.unwrap_or_default();
        let new: Vec<Stretch> = partitions
            .iter()
            .skip(known)
            .map(|found| Stretch {
                partition: found.partition,
                from: 0,
                end: None,
            })
            .collect();
        known += new.len();
        if !new.is_empty() {
            // Nobody follows any more when this is not taken.
            let _ = tell.send(new).await;
        }
    }
}
