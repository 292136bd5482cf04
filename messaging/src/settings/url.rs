//! Addresses of servers that are no list of hosts: a URL, whose password is never shown.

use std::fmt;

use url::Url;

use super::extra::is_secret;
use super::secret::HIDDEN;
use super::setting::{Limits, Refusal, Setting};
use super::value::SettingValue;

/// The type of a key that takes a URL of some schemes.
macro_rules! urls {
    ($($(#[$meta:meta])* $name:ident: [$($scheme:literal),+], $shape:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            const SCHEMES: &[&str] = &[$($scheme),+];

            /// The address as it was given, with its password, for the one who connects to it.
            pub fn expose(&self) -> &str {
                &self.0
            }

            /// A default.
            #[allow(dead_code, reason = "not every kind of address has a default")]
            pub(super) fn known(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&without_secrets(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl Setting for $name {
            // One that was refused may still hold a password.
            const SECRET: bool = true;

            fn allowed(_: Option<&Limits>) -> String {
                $shape.to_owned()
            }

            fn from_text(text: &str) -> Result<Self, Refusal> {
                read(text.trim(), Self::SCHEMES).map(Self)
            }

            fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
                match value {
                    SettingValue::Text(text) => Self::from_text(text),
                    _ => Err(Refusal::NotAllowed),
                }
            }

            fn show(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}

urls! {
    /// Where Redis is; `Debug` and `Display` hide the password.
    RedisUrl: ["redis", "rediss"], "`redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS";
    /// Where RabbitMQ is; `Debug` and `Display` hide the password.
    RabbitmqUrl: ["amqp", "amqps"], "`amqp://[user:password@]host[:port][/vhost]`, or `amqps://` for TLS";
    /// Where a schema registry is; `Debug` and `Display` hide the password.
    RegistryUrl: ["http", "https"], "`http://[user:password@]host[:port][/path]`, or `https://`";
}

fn read(text: &str, schemes: &[&str]) -> Result<String, Refusal> {
    let url = Url::parse(text).map_err(|error| Refusal::Because(format!("which is no address: {error}")))?;
    if !schemes.contains(&url.scheme()) {
        return Err(Refusal::Because(format!("which begins with {}://", url.scheme())));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Refusal::Because("which names no host".to_owned()));
    }
    Ok(text.to_owned())
}

/// The address as it was written where it holds no secret, or one would not find it again in the file.
fn without_secrets(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return HIDDEN.to_owned();
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let in_query = pairs.iter().any(|(name, _)| is_secret(name));
    if url.password().is_none() && !in_query {
        return text.to_owned();
    }
    if url.password().is_some() && url.set_password(Some(HIDDEN)).is_err() {
        return HIDDEN.to_owned();
    }
    if in_query {
        let shown = |(name, value): (String, String)| {
            let value = if is_secret(&name) {
                HIDDEN.to_owned()
            } else {
                value
            };
            (name, value)
        };
        url.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.into_iter().map(shown));
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_hides_its_password_and_nothing_else() {
        for (given, shown) in [
            ("redis://localhost:6379/0", "redis://localhost:6379/0"),
            ("redis://:hunter2@h:1/0", "redis://:***@h:1/0"),
            (
                "amqp://guest:guest@localhost:5672/%2f",
                "amqp://guest:***@localhost:5672/%2f",
            ),
            ("https://me@h", "https://me@h"),
            ("https://h/?token=abc&page=1", "https://h/?token=***&page=1"),
        ] {
            assert_eq!(without_secrets(given), shown);
        }
        let url = RedisUrl::known("redis://u:hunter2@h");
        assert_eq!(
            format!("{url} {url:?}"),
            "redis://u:***@h RedisUrl(redis://u:***@h)"
        );
        assert_eq!(url.expose(), "redis://u:hunter2@h");
    }

    #[test]
    fn an_address_of_another_kind_is_refused_with_what_is_wrong() {
        let refused = |text: &str| match RedisUrl::from_text(text) {
            Err(Refusal::Because(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused("amqp://h"), "which begins with amqp://");
        assert_eq!(refused("redis:6379"), "which names no host");
        assert!(refused("localhost").starts_with("which is no address: "));
    }
}
