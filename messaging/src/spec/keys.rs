//! The keys of a worker. One row is the whole of a key: its builder method, its default, and how an operator's value
//! for it is read and shown.

use std::time::Duration;

use serde_json::Value;

use super::reading::KeyValue;
use super::{ConsumerSpec, WorkerSpec};
use crate::by_hand::Consumer;
use crate::delivery::policy::{Backoff, OnExhausted, Order, RetryPolicy};
use crate::settings::{Given, OffsetReset, Refusal, Settings, WorkerOverride};

/// A key, apart from the type of its value.
pub(crate) struct WorkerKey {
    pub(crate) name: &'static str,
    /// Whether consumers have it as well.
    pub(crate) of_consumers: bool,
    doc: &'static [&'static str],
    pub(crate) allowed: fn() -> String,
    /// Reads an operator's value.
    pub(crate) read: fn(&mut Keys, Given<'_>) -> Result<(), Refusal>,
    /// Whether the source says something.
    pub(crate) is_given: fn(&Keys) -> bool,
    /// The value that counts; nothing when there is none.
    pub(crate) shown: fn(&Decided) -> Option<Value>,
}

impl WorkerKey {
    /// The key of this name.
    pub(crate) fn find(name: &str) -> Option<&'static WorkerKey> {
        WORKER_KEYS.iter().find(|key| key.name == name)
    }

    /// What it means, without links.
    pub(crate) fn doc(&self) -> String {
        let doc = self.doc.concat().replace("[`", "`").replace("`]", "`");
        doc.trim().trim_end_matches('.').to_owned()
    }
}

/// The keys of workers that an operator may set, as a table in Markdown.
pub fn worker_keys_table() -> String {
    let defaults = Keys::default().decided();
    let mut table = String::from("| key | default | allowed | meaning |\n|---|---|---|---|\n");
    for key in WORKER_KEYS {
        let default = match (key.shown)(&defaults) {
            None => "unset".to_owned(),
            Some(Value::String(word)) => format!("`{word}`"),
            Some(number) => format!("`{number}`"),
        };
        table += &format!(
            "| `{}` | {default} | {} | {} |\n",
            key.name,
            (key.allowed)(),
            key.doc()
        );
    }
    table
}

/// The builder methods of a kind of description.
macro_rules! builders {
    ($spec:ident: $($(#[doc = $doc:literal])+ $key:ident: $given:ty;)*) => {
        impl $spec {
            $($(#[doc = $doc])+
            pub fn $key(mut self, $key: $given) -> $spec {
                self.keys.$key = Some($key.into());
                self
            })*
        }
    };
}

/// Keys with a builder method of their own, those among them that only workers have, and keys that name topics, whose
/// methods take types as well.
macro_rules! keys {
    (
        shared { $($(#[doc = $shared_doc:literal])+ $shared:ident: $shared_given:ty => $shared_kept:ty $(= $shared_default:expr)?;)* }
        workers { $($(#[doc = $own_doc:literal])+ $own:ident: $own_given:ty => $own_kept:ty $(= $own_default:expr)?;)* }
        $topics:tt $topic_keys:tt
    ) => {
        builders! { WorkerSpec: $($(#[doc = $shared_doc])+ $shared: $shared_given;)* $($(#[doc = $own_doc])+ $own: $own_given;)* }
        builders! { ConsumerSpec: $($(#[doc = $shared_doc])+ $shared: $shared_given;)* }
        builders! { Consumer: $($(#[doc = $shared_doc])+ $shared: $shared_given;)* }
        keys! {
            built {
                $($(#[doc = $shared_doc])+ $shared: $shared_kept, true $(= $shared_default)?;)*
                $($(#[doc = $own_doc])+ $own: $own_kept, false $(= $own_default)?;)*
            }
            $topics $topic_keys
        }
    };
    (
        built { $($(#[doc = $doc:literal])+ $key:ident: $kept:ty, $of_consumers:literal $(= $default:expr)?;)* }
        topics { $($(#[doc = $topic_doc:literal])+ $topic:ident, $topic_of_consumers:literal;)* }
    ) => {
        /// The keys a worker was given.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Keys {
            $(pub(crate) $key: Option<$kept>,)*
            $(pub(crate) $topic: Option<String>,)*
        }

        /// The keys with their defaults; what has none is decided elsewhere, or stays unset.
        #[derive(Clone, Debug)]
        pub(crate) struct Decided {
            $(pub(crate) $key: keys!(@kept $kept $(, $default)?),)*
            $(pub(crate) $topic: Option<String>,)*
        }

        impl Keys {
            /// These, and where they say nothing the others.
            pub(crate) fn or(self, others: Keys) -> Keys {
                Keys {
                    $($key: self.$key.or(others.$key),)*
                    $($topic: self.$topic.or(others.$topic),)*
                }
            }

            pub(crate) fn decided(self) -> Decided {
                let keys = self;
                Decided {
                    $($key: keys!(@decided keys.$key $(, $default)?),)*
                    $($topic: keys.$topic,)*
                }
            }
        }

        /// Every key, in the order of the documentation.
        pub(crate) static WORKER_KEYS: &[WorkerKey] = &[
            $(WorkerKey {
                name: stringify!($topic),
                of_consumers: $topic_of_consumers,
                doc: &[$($topic_doc),+],
                allowed: <String as KeyValue>::allowed,
                read: |keys, given| {
                    keys.$topic = Some(<String as KeyValue>::read(given)?);
                    Ok(())
                },
                is_given: |keys| keys.$topic.is_some(),
                shown: |decided| decided.$topic.as_ref().map(KeyValue::show),
            },)*
            $(WorkerKey {
                name: stringify!($key),
                of_consumers: $of_consumers,
                doc: &[$($doc),+],
                allowed: <$kept as KeyValue>::allowed,
                read: |keys, given| {
                    keys.$key = Some(<$kept as KeyValue>::read(given)?);
                    Ok(())
                },
                is_given: |keys| keys.$key.is_some(),
                shown: |decided| keys!(@shown decided.$key $(, $default)?),
            },)*
        ];
    };
    (@kept $kept:ty) => { Option<$kept> };
    (@kept $kept:ty, $default:expr) => { $kept };
    (@decided $value:expr) => { $value };
    (@decided $value:expr, $default:expr) => { $value.unwrap_or_else(|| $default) };
    (@shown $value:expr) => { $value.as_ref().map(KeyValue::show) };
    (@shown $value:expr, $default:expr) => { Some($value.show()) };
}

impl Keys {
    /// What an operator says of the worker of this name.
    pub(crate) fn said_by_operators(worker: &str, settings: &Settings) -> Keys {
        Keys::said(&settings.overrides_of(worker))
    }

    /// The same, of what was looked up. A value that a key does not take is for the check to refuse.
    pub(crate) fn said(all: &[&WorkerOverride]) -> Keys {
        let mut keys = Keys::default();
        for said in all {
            if let Some(key) = WorkerKey::find(said.key()) {
                let _ = (key.read)(&mut keys, said.given());
            }
        }
        keys
    }

    /// The keys that a retry policy stands for.
    pub(crate) fn of_policy(policy: RetryPolicy) -> Keys {
        Keys {
            max_retries: Some(policy.max_retries),
            retry_backoff: Some(policy.backoff),
            retry_delay: Some(policy.delay),
            retry_max_delay: Some(policy.max_delay),
            retry_jitter: Some(policy.jitter),
            ..Keys::default()
        }
    }
}

fn retry() -> RetryPolicy {
    RetryPolicy::default()
}

keys! {
    shared {
        /// The consumer group; unset: the setting `kafka_group_id`, else `{service}.{name}`.
        group_id: impl Into<String> => String;
        /// How many lanes run at a time; 1.
        concurrency: usize => usize = 1;
        /// Which records must stay in order; [`Order::Key`].
        order: Order => Order = Order::default();
        /// How often a failed record is tried again; 3.
        max_retries: u32 => u32 = retry().max_retries;
        /// How the delay between tries grows; [`Backoff::Exponential`].
        retry_backoff: Backoff => Backoff = retry().backoff;
        /// The delay before the first retry; 1 s. Zero: every retry comes at once, however delays grow.
        retry_delay: Duration => Duration = retry().delay;
        /// The longest delay between tries; 1 h.
        retry_max_delay: Duration => Duration = retry().max_delay;
        /// The share of a delay, 0 to 1, that is drawn by chance; 0.
        retry_jitter: f64 => f64 = retry().jitter;
        /// How long one try may take; unset: no limit.
        timeout: Duration => Duration;
        /// What happens to a record that is given up; [`OnExhausted::Dlq`].
        on_exhausted: OnExhausted => OnExhausted = OnExhausted::default();
        /// The most records started or queued; max(4 × `concurrency`, 1000). One whose outputs wait for their
        /// acknowledgement counts by its bytes only.
        max_in_flight: usize => usize;
        /// The bytes of records, started, queued or waiting for an acknowledgement, at which no more are taken in; 64
        /// MiB. The record that passes it is the last, so that a large one waits for nothing but its turn.
        max_bytes: usize => usize = 64 * 1024 * 1024;
        /// The most records done behind an unfinished one, per partition; 100,000.
        max_ahead: usize => usize = 100_000;
        /// Where a group without a valid offset begins; the setting `kafka_auto_offset_reset`.
        auto_offset_reset: OffsetReset => OffsetReset;
    }
    workers {
        /// The most records of one batch, for handlers of `Batch<_>`; 100.
        batch_size: usize => usize = 100;
        /// How long a batch waits to fill, for handlers of `Batch<_>`; 100 ms.
        batch_timeout: Duration => Duration = Duration::from_millis(100);
    }
    // Each with whether consumers have it: they read several topics, and have no outputs of their own.
    topics {
        /// The topic it reads; the one of the macro or the builder.
        topic, false;
        /// The topic that what the handler returns is published to; unset: none.
        output_topic, false;
        /// The topic for records that are given up; unset: `{topic}.dlq`.
        dlq_topic, true;
    }
}
