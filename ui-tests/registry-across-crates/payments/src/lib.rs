//! A library of one handler, for the consumer of another library.

use messaging::on_event;
use registry_orders::OrderEvents;

#[on_event("payment.received", consumer = OrderEvents)]
async fn received(payment: String) {
    drop(payment);
}
