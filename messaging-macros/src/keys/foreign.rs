//! Words that people bring from elsewhere, where no key is spelt alike.

/// A word that is no key of ours.
struct Foreign {
    words: &'static [&'static str],
    /// The key that the macro must accept for the advice to be of use.
    beside: &'static str,
    advice: &'static str,
}

const FOREIGN: &[Foreign] = &[
    Foreign {
        words: &["batch", "is_batch", "batch_mode"],
        beside: "batch_size",
        advice: "a function handles batches when it takes `Batch<_>` first, a type when `batch_size` is given",
    },
    Foreign {
        words: &["attempts", "max_attempts", "tries", "max_tries"],
        beside: "max_retries",
        advice: "write `max_retries`, which does not count the first try: 4 attempts are `max_retries = 3`",
    },
    Foreign {
        words: &["topics"],
        beside: "batch_size",
        advice: "it reads one topic: write `topic = \"…\"`, and one attribute for each topic, each with a `name` of its own",
    },
    Foreign {
        words: &["queue", "queues", "channel", "subject"],
        beside: "topic",
        advice: "write `topic = \"…\"`",
    },
    Foreign {
        words: &["autoretry_for", "retry_for", "retry_on", "include", "exclude"],
        beside: "classify",
        advice: "write `classify = path` of a `fn(&Error) -> Verdict`, which says of each error whether it is tried again",
    },
    Foreign {
        words: &["time_limit", "soft_time_limit"],
        beside: "timeout",
        advice: "write `timeout = \"30s\"`, which is the time of one try",
    },
    Foreign {
        words: &["on_failure", "on_error", "on_success"],
        beside: "batch_size",
        advice: "it is a method of a worker that is a type: put `#[worker]` on `impl Worker for` one, and write the method there",
    },
    Foreign {
        words: &["prefetch", "prefetch_count", "prefetch_multiplier"],
        beside: "max_in_flight",
        advice: "write `max_in_flight`",
    },
    Foreign {
        words: &[
            "ack",
            "acks_late",
            "ack_policy",
            "auto_ack",
            "auto_commit",
            "enable_auto_commit",
        ],
        beside: "group_id",
        advice: "a record is committed when it is done and never before, so there is nothing to choose",
    },
    Foreign {
        words: &["event", "event_type"],
        beside: "key_field",
        advice: "the event's name stands first and alone: `#[event(\"order.created\", topic = \"…\")]`",
    },
];

/// What to write instead of `word`, in a macro with the keys `accepted`.
pub(super) fn advice(word: &str, accepted: &[&str]) -> Option<&'static str> {
    let known = |foreign: &&Foreign| foreign.words.contains(&word) && accepted.contains(&foreign.beside);
    FOREIGN.iter().find(known).map(|foreign| foreign.advice)
}
