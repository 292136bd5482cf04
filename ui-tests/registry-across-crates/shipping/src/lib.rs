//! A library of one handler, which nobody names but the program's anchor.

use messaging::on_event;
use registry_orders::OrderEvents;

#[on_event("parcel.sent", consumer = OrderEvents)]
async fn sent(parcel: String) {
    drop(parcel);
}
