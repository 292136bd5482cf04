//! Waiting for records in a test.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use super::{MemoryBroker, Written};
use crate::error::{Kind, Result};
use crate::runtime::clock;

/// How long a test waits, by the clock on the wall: a paused one passes hours meanwhile.
const LIMIT_MILLIS: i64 = 10_000;

/// After how long it looks whether that has passed.
const STEP: Duration = Duration::from_secs(1);

impl MemoryBroker {
    /// Waits until a topic holds so many records, and returns all that it holds. For tests, with tokio's clock paused
    /// as well, on which retries of hours take no time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> messaging::Result<()> {
    /// use messaging::broker::memory::MemoryBroker;
    /// use messaging::settings::Settings;
    /// use messaging::Producer;
    ///
    /// let broker = MemoryBroker::new();
    /// let producer = Producer::connect_to(broker.clone(), &Settings::default()).await?;
    /// producer.send("orders", &"7".to_owned()).key("a").header("source", "till").await?;
    ///
    /// let written = broker.wait_for("orders", 1).await?;
    /// assert_eq!((written[0].key_str(), written[0].value_str()), (Some("a"), Some("7")));
    /// assert_eq!(written[0].headers.get_str("source"), Some("till"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When they have not come within 10 s. It says what happened meanwhile: dead letters with their errors, topics
    /// that nobody reads, groups that are not through.
    pub async fn wait_for(&self, topic: &str, count: usize) -> Result<Vec<Written>> {
        self.wait_within(LIMIT_MILLIS, topic, count).await
    }

    async fn wait_within(&self, limit: i64, topic: &str, count: usize) -> Result<Vec<Written>> {
        let begun = clock::wall_millis();
        loop {
            if let Ok(written) = tokio::time::timeout(STEP, self.written(topic, count)).await {
                return Ok(written);
            }
            if clock::wall_millis() - begun >= limit {
                return Err(self.not_written(topic, count).into());
            }
        }
    }

    async fn written(&self, topic: &str, count: usize) -> Vec<Written> {
        let waiter = self.lock().new_reader();
        let look = |context: &mut std::task::Context<'_>| {
            let mut shared = self.lock();
            let found = shared.topics.get(topic).map_or(0, |log| log.len());
            if found >= count {
                return Poll::Ready(());
            }
            shared.readers.insert(waiter, context.waker().clone());
            Poll::Pending
        };
        poll_fn(look).await;
        self.records(topic)
    }

    fn not_written(&self, topic: &str, wanted: usize) -> Kind {
        let shared = self.lock();
        let lines = shared.meanwhile(topic).into_iter();
        Kind::NotWritten {
            topic: topic.to_owned(),
            found: shared.topics.get(topic).map_or(0, |log| log.len()),
            wanted,
            meanwhile: lines.map(|line| format!("\n  {line}")).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{App, Attempt, HandlerError, Producer, WorkerSpec};

    async fn charge(order: String, Attempt(attempt): Attempt) -> std::result::Result<String, HandlerError> {
        match order.as_str() {
            "bad" => Err(HandlerError::reject("no amount")),
            "late" if attempt < 4 => Err(HandlerError::retry("the bank is closed")),
            _ => Ok(order),
        }
    }

    /// With hours between tries.
    fn app(broker: &MemoryBroker) -> App {
        let hours = Duration::from_secs(3600);
        let worker = WorkerSpec::of("charge", "orders", charge).output_topic("invoices");
        App::empty()
            .broker(broker.clone())
            .configure([("message_broker", "memory")])
            .worker(worker.group_id("billing").max_retries(3).retry_delay(hours))
    }

    async fn send(producer: &Producer, topic: &str, order: &str) {
        let sent = producer.send(topic, &order.to_owned()).key(order.to_owned());
        sent.header("source", "till").await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_after_hours_of_retries_is_waited_for() {
        let broker = MemoryBroker::new();
        let running = app(&broker).start().await.unwrap();
        send(&running.producer(), "orders", "late").await;
        let written = broker.wait_for("invoices", 1).await.unwrap();
        let [invoice] = &written[..] else {
            panic!("{written:?}")
        };
        assert_eq!((invoice.topic.as_str(), invoice.offset), ("invoices", 0));
        assert_eq!(
            (invoice.key_str(), invoice.value_str()),
            (Some("late"), Some("late"))
        );
        assert_eq!(invoice.payload::<String>().unwrap(), "late");
        let order = &broker.records("orders")[0];
        assert_eq!(order.headers.get_str("source"), Some("till"));
        assert!(order.timestamp > 1_600_000_000_000, "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_in_vain_is_told_what_happened_meanwhile() {
        let broker = MemoryBroker::new();
        let mut running = app(&broker).start().await.unwrap();
        running.ready().await;
        for (topic, order) in [("orders", "bad"), ("odrers", "7"), ("orders", "good")] {
            send(&running.producer(), topic, order).await;
        }
        let error = broker
            .wait_within(100, "invoices", 2)
            .await
            .unwrap_err()
            .to_string();
        let (head, lines) = error.split_once('\n').unwrap();
        assert_eq!(
            head,
            "the topic \"invoices\" has 1 of 2 records after 10 s; meanwhile:"
        );
        let lines: Vec<&str> = lines.lines().map(str::trim).collect();
        let [letter, unread] = lines[..] else {
            panic!("{error}")
        };
        assert!(
            letter.starts_with("dead letter in \"orders.dlq\": orders["),
            "{letter}"
        );
        assert!(
            letter.ends_with("was given up by charge, rejected: no amount"),
            "{letter}"
        );
        assert_eq!(unread, "nobody reads the topic \"odrers\", which has records: 1");
    }

    #[tokio::test(start_paused = true)]
    async fn absent_topics_and_unfinished_groups_are_told() {
        let broker = MemoryBroker::new().auto_create(false);
        let _running = app(&broker)
            .configure([("kafka_dlq_auto_create", "false")])
            .start()
            .await
            .unwrap();
        let error = broker
            .wait_within(0, "invoices", 1)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("there is no topic \"invoices\""), "{error}");
        assert!(
            error.contains("the group \"billing\" reads the topic \"orders\", which is absent"),
            "{error}"
        );

        let broker = MemoryBroker::new();
        let running = app(&broker).start().await.unwrap();
        send(&running.producer(), "orders", "late").await;
        let error = broker.not_written("invoices", 1).to_string();
        assert!(
            error.contains("\"billing\" has committed 0 of 1 records of the topic \"orders\""),
            "{error}"
        );
    }
}
