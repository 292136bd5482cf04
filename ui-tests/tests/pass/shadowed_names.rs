//! A user's own `Result`, `Option`, `Vec`, `core`, `messaging` and so on change nothing in what is generated.
#![allow(dead_code, non_camel_case_types, reason = "they only stand in the way")]

use ::messaging::{Payload, consumer, message_handler, topic, worker};
use ::serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Payload)]
pub struct Order {
    id: u64,
}

#[topic(name = "orders", schema = Order, key = id)]
pub struct Orders;

mod shadow {
    use super::{Orders, consumer, message_handler, worker};

    mod core {}
    mod std {}
    mod messaging {}
    struct Result;
    struct Option;
    struct Vec;
    struct String;
    struct Box;
    struct str;
    struct u8;
    struct bool;
    trait Send {}
    trait Topic {}
    struct Some;
    struct None;
    struct WorkerSpec;
    struct ConsumerSpec;
    struct EventHandlerSpec;
    struct Instance;
    trait EventConsumer {}
    trait Default {}
    const WORKERS: () = ();
    const CONSUMERS: () = ();
    const ENTRY: () = ();
    fn context() {}
    fn value() {}
    #[allow(unused_macros)]
    macro_rules! module_path {
        () => {};
    }

    #[worker(topic = Orders, max_retries = 3, order = "none", timeout = "5s", retry_jitter = 0)]
    async fn charge(order: super::Order) -> ::core::option::Option<super::Order> {
        ::core::option::Option::Some(order)
    }

    #[message_handler(topic = "orders", group_id = "posts")]
    async fn post(_: super::Order) {}

    pub(super) struct Till;

    #[consumer("till", topics = [Orders, "tills"], timeout = 5)]
    impl Till {
        #[on_event("opened")]
        async fn input(&self, this: super::Order, input: ::messaging::Attempt) {
            let _ = (this, input);
        }
    }

    #[::messaging::on_event("closed", consumer = Till)]
    async fn closed(_: super::Order) -> ::core::result::Result<(), ::std::fmt::Error> {
        ::core::result::Result::Ok(())
    }

    #[derive(super::Payload)]
    pub struct Invoice {
        pub value: ::core::primitive::u8,
    }

    #[super::topic(name = "invoices", schema = Invoice, key = value)]
    pub struct Invoices;
}

// By hand, because serde's derives are not meant for a module where `str` is something else.
impl Serialize for shadow::Invoice {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(to)
    }
}

impl<'de> Deserialize<'de> for shadow::Invoice {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        u8::deserialize(from).map(|value| shadow::Invoice { value })
    }
}

fn main() {
    assert_eq!(messaging::get_all_workers()[0].topic(), "orders");
    assert_eq!(messaging::get_all_event_handlers().len(), 2);
    assert_eq!(messaging::get_all_topics().len(), 2);
}
