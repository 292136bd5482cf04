//! What the name of a variable stands for.

use super::compat;
use super::keys::{self, KEYS, Key};

/// How the names begin that other programs would hardly use for something else.
const OURS: &[&str] = &[
    "KAFKA_",
    "MESSAGE_",
    "MESSAGING_",
    "RABBITMQ_",
    "REDIS_",
    "SHUTDOWN_",
    "TOPIC_",
];

/// How many letters may be wrong in a name that is still taken for ours.
const SLIPS: usize = 2;

/// The key that a variable of this name gives a value.
pub(super) fn key_of(name: &str) -> Option<&'static Key> {
    let is_capital = !name.contains(|c: char| c.is_ascii_lowercase());
    let key = plain(name).to_ascii_lowercase();
    keys::find(&key).filter(|_| is_capital)
}

/// The variable that was meant, when one of this name looks like ours and is none.
pub(super) fn meant(name: &str) -> Option<String> {
    let name = plain(name);
    if key_of(&name).is_some() || !OURS.iter().any(|prefix| name.starts_with(prefix)) {
        return None;
    }
    let known = KEYS
        .iter()
        .map(Key::environment)
        .chain(["MESSAGING_CONFIG".to_owned()]);
    let near = known.filter(|known| known.starts_with(&name) || strsim::levenshtein(known, &name) <= SLIPS);
    near.min_by_key(|known| strsim::levenshtein(known, &name))
        .filter(|known| *known != name)
}

fn plain(name: &str) -> String {
    let mut nested = compat::of(compat::Kind::Variables);
    let plain = nested.find_map(|(theirs, ours)| Some(format!("{ours}{}", name.strip_prefix(theirs)?)));
    plain.unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_near_to_ours_are_seen_and_those_of_other_programs_are_not() {
        for (name, expected) in [
            ("KAFKA_BOOTSTRAP_SERVER", Some("KAFKA_BOOTSTRAP_SERVERS")),
            ("KAFKA__CLIENT_IDS", Some("KAFKA_CLIENT_ID")),
            ("KAFKA_LINGER", Some("KAFKA_LINGER_MS")),
            ("REDIS_URI", Some("REDIS_URL")),
            ("MESSAGING_CONFG", Some("MESSAGING_CONFIG")),
            ("MESSAGING_CONFIG", None),
            ("KAFKA_CLIENT_ID", None),
            ("KAFKA__CLIENT_ID", None),
            ("KAFKA_HOME", None),
            ("KAFKA_OPTS", None),
            ("KAFKA_HEAP_OPTS", None),
            ("SERVICES", None),
        ] {
            assert_eq!(meant(name).as_deref(), expected, "for {name}");
        }
    }

    #[test]
    fn only_capitals_are_a_variable() {
        assert!(key_of("KAFKA_CLIENT_ID").is_some());
        assert!(key_of("KAFKA__CLIENT_ID").is_some());
        for name in [
            "kafka_client_id",
            "Kafka_Client_Id",
            "KAFKA___CLIENT_ID",
            "MESSAGE__BROKER",
        ] {
            assert!(key_of(name).is_none(), "{name}");
        }
    }
}
