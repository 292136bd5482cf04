//! Keys that take one of a few words.

use super::setting::{Limits, Refusal, Setting};
use super::value::SettingValue;

/// An enum whose variants are words in the settings. Words after `later` are known but cannot be chosen yet: who
/// writes one is told so, instead of being told that it is unknown.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
        $(later [$($later:literal),+])?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            const WORDS: &[(&str, Self)] = &[$(($word, Self::$variant)),+];
            const LATER: &[&str] = &[$($($later),+)?];

            /// The word that stands for it in the settings.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Setting for $name {
            fn allowed(_: Option<&Limits>) -> String {
                let words = Self::WORDS.iter().map(|(word, _)| *word);
                let here: Vec<_> = words.filter(|word| !Self::LATER.contains(word)).collect();
                here.join(", ")
            }

            fn from_text(text: &str) -> Result<Self, Refusal> {
                choose(text.trim(), Self::WORDS, Self::LATER)
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
    };
}

fn choose<T: Copy>(text: &str, words: &[(&str, T)], later: &[&str]) -> Result<T, Refusal> {
    if later.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Err(Refusal::Because(
            "which this version does not have yet".to_owned(),
        ));
    }
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    found.map(|(_, choice)| *choice).ok_or(Refusal::NotAllowed)
}

choice! {
    /// What carries the messages.
    MessageBroker {
        /// Apache Kafka.
        Kafka = "kafka",
        /// The broker inside this process.
        Memory = "memory",
    }
    later ["redis", "rabbitmq"]
}

choice! {
    /// How connections to Kafka are secured.
    SecurityProtocol {
        /// Neither encrypted nor authenticated.
        Plaintext = "PLAINTEXT",
        /// Encrypted.
        Ssl = "SSL",
        /// Authenticated, not encrypted.
        SaslPlaintext = "SASL_PLAINTEXT",
        /// Authenticated and encrypted.
        SaslSsl = "SASL_SSL",
    }
}

impl SecurityProtocol {
    /// Whether it authenticates by SASL.
    pub const fn is_sasl(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslSsl)
    }

    /// Whether it encrypts.
    pub const fn is_ssl(self) -> bool {
        matches!(self, Self::Ssl | Self::SaslSsl)
    }
}

choice! {
    /// How a user name and a password are proved to Kafka.
    SaslMechanism {
        /// Sent as they are.
        Plain = "PLAIN",
        /// Salted challenge and response over SHA-256.
        ScramSha256 = "SCRAM-SHA-256",
        /// Salted challenge and response over SHA-512.
        ScramSha512 = "SCRAM-SHA-512",
    }
    later ["OAUTHBEARER"]
}

choice! {
    /// How batches are compressed on their way to Kafka.
    CompressionType {
        /// Not at all.
        None = "none",
        /// By gzip.
        Gzip = "gzip",
        /// By snappy.
        Snappy = "snappy",
        /// By lz4.
        Lz4 = "lz4",
        /// By zstd.
        Zstd = "zstd",
    }
    // The build of the client must bring them first.
    later ["snappy", "lz4", "zstd"]
}

choice! {
    /// Where a group starts on a partition for which it has no valid offset.
    OffsetReset {
        /// At the oldest record.
        Earliest = "earliest",
        /// After the newest record.
        Latest = "latest",
        /// Nowhere: that is an error.
        None = "none",
    }
}
