//! The program of `docs/getting-started.md`, with its tests, which rustdoc would leave out. The page shows both as they
//! stand here.

#![cfg(feature = "cli")]

use messaging::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
struct Order {
    id: String,
    cents: i64,
}

#[derive(Serialize, Deserialize, Payload)]
struct Invoice {
    order: String,
    cents: i64,
}

#[worker(topic = "orders", output_topic = "invoices", max_retries = 3)]
async fn charge(order: Order) -> Result<Invoice, HandlerError> {
    if order.cents < 0 {
        return Err(HandlerError::reject("a negative amount cannot be charged"));
    }
    println!("charging {}", order.id);
    Ok(Invoice {
        order: order.id,
        cents: order.cents,
    })
}

#[tokio::main]
async fn main() -> messaging::Result<()> {
    App::new().cli().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use messaging::broker::memory::MemoryBroker;

    #[tokio::test]
    async fn an_order_is_charged() {
        let invoice = charge(Order {
            id: "7".into(),
            cents: 100,
        })
        .await
        .unwrap();
        assert_eq!(invoice.order, "7");
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_becomes_an_invoice() -> messaging::Result<()> {
        let broker = MemoryBroker::new();
        let mut running = App::only(["charge"]).broker(broker.clone()).start().await?;
        running.ready().await;

        running
            .producer()
            .send(
                "orders",
                &Order {
                    id: "7".into(),
                    cents: 100,
                },
            )
            .key("7")
            .await?;

        let written = broker.wait_for("invoices", 1).await?;
        assert_eq!(written[0].key_str(), Some("7"));
        assert_eq!(written[0].value_str(), Some(r#"{"order":"7","cents":100}"#));

        running.stop();
        running.join().await
    }
}

#[test]
fn the_page_shows_this_program() {
    let page = include_str!("../../docs/getting-started.md");
    let (_, program) = include_str!("getting_started.rs")
        .split_once("\"cli\")]\n\n")
        .expect("a head");
    let (program, _) = program.split_once("\n#[test]\nfn the_page").expect("an end");
    let (program, tests) = program.split_once("\n#[cfg(test)]").expect("tests");
    assert!(page.contains(program), "the page has another program");
    assert!(
        page.contains(&format!("#[cfg(test)]{tests}")),
        "the page has other tests"
    );
}
