//! Names of topics, groups and workers, checked before anything connects.

/// Why a name is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name has no characters.
    #[error("{what} name is empty")]
    Empty {
        /// "a topic", "a group", "a worker".
        what: &'static str,
    },
    /// The name is longer than the broker takes.
    #[error("{what} name \"{name}\" has {length} characters; at most {limit} are allowed")]
    TooLong {
        /// "a topic", "a group", "a worker".
        what: &'static str,
        /// The name.
        name: String,
        /// Its length.
        length: usize,
        /// The most that is allowed.
        limit: usize,
    },
    /// The name has a character that the broker refuses.
    #[error("{what} name \"{name}\" has {character:?}; use letters, digits, '.', '_' and '-'")]
    Character {
        /// "a topic", "a group", "a worker".
        what: &'static str,
        /// The name.
        name: String,
        /// The first character that is refused.
        character: char,
    },
    /// `.` and `..` would be folders on the broker's disk.
    #[error("a topic cannot be named \"{name}\"")]
    Dots {
        /// The name.
        name: String,
    },
}

/// Kafka's rule for topics: 1 to 249 of `[a-zA-Z0-9._-]`, neither `.` nor `..`
/// (`org.apache.kafka.common.internals.Topic.validate`).
///
/// # Errors
/// The first rule that `name` breaks.
pub fn check_topic(name: &str) -> Result<(), NameError> {
    if name == "." || name == ".." {
        return Err(NameError::Dots {
            name: name.to_owned(),
        });
    }
    check("a topic", name, 249)
}

/// A worker's name becomes part of its default group and of environment variables, so it follows the topic's rule.
///
/// # Errors
/// The first rule that `name` breaks.
pub fn check_worker(name: &str) -> Result<(), NameError> {
    check("a worker", name, 249)
}

/// Kafka takes any group name; an empty one means "no group", which nobody wants here.
///
/// # Errors
/// When `name` is empty or longer than 255 characters.
pub fn check_group(name: &str) -> Result<(), NameError> {
    length("a group", name, 255)
}

fn check(what: &'static str, name: &str, limit: usize) -> Result<(), NameError> {
    // Each message is checked, so the names without a fault are seen by their bytes alone.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if (1..=limit).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    length(what, name, limit)?;
    match name.chars().find(|c| !u8::try_from(*c).is_ok_and(allowed)) {
        Some(character) => Err(NameError::Character {
            what,
            name: name.to_owned(),
            character,
        }),
        None => Ok(()),
    }
}

fn length(what: &'static str, name: &str, limit: usize) -> Result<(), NameError> {
    match name.chars().count() {
        0 => Err(NameError::Empty { what }),
        length if length > limit => Err(NameError::TooLong {
            what,
            name: name.to_owned(),
            length,
            limit,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_follow_kafkas_rule() {
        assert!(check_topic("orders.created_v-1").is_ok());
        assert!(check_topic(&"a".repeat(249)).is_ok());
        for bad in ["", ".", "..", "orders created", "é", &"a".repeat(250)] {
            assert!(check_topic(bad).is_err(), "{bad:?} was taken");
        }
    }
}
