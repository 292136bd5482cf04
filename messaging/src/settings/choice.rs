//! Keys that take one of a few words.

use super::setting::Refusal;

/// Reads the variants of an enum from their words.
macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $crate::settings::Setting for $name {
            fn allowed(_: Option<&$crate::settings::Limits>) -> String {
                [$($word),+].join(", ")
            }

            fn from_text(text: &str) -> Result<Self, $crate::settings::Refusal> {
                let words = &[$(($word, $name::$variant)),+];
                $crate::settings::choose(text.trim(), words)
            }

            fn from_value(value: &$crate::settings::SettingValue) -> Result<Self, $crate::settings::Refusal> {
                match value {
                    $crate::settings::SettingValue::Text(text) => Self::from_text(text),
                    _ => Err($crate::settings::Refusal::NotAllowed),
                }
            }

            fn show(&self) -> Option<String> {
                let word = match self { $($name::$variant => $word,)+ };
                Some(word.to_owned())
            }
        }
    };
}
pub(crate) use words;

/// An enum of words in the settings.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
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

        words! { $name: $($variant = $word),+ }
    };
}

/// The variant of a word.
pub(crate) fn choose<T: Copy>(text: &str, words: &[(&str, T)]) -> Result<T, Refusal> {
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
    found.map(|(_, choice)| *choice).ok_or(Refusal::NotAllowed)
}

choice! {
    /// What carries the messages.
    MessageBroker {
        /// Apache Kafka.
        Kafka = "kafka",
        /// Redis Streams.
        Redis = "redis",
        /// RabbitMQ.
        Rabbitmq = "rabbitmq",
        /// The broker inside this process.
        Memory = "memory",
    }
}

choice! {
    /// Which client speaks to Kafka.
    KafkaBackend {
        /// librdkafka, which is proven and publishes fastest.
        Librdkafka = "librdkafka",
        /// A client in Rust alone, which needs no C.
        Native = "native",
    }
}

choice! {
    /// Who decides which member of a group reads which partition.
    GroupProtocol {
        /// One of the members, told by the coordinator.
        Classic = "classic",
        /// The coordinator itself (KIP-848), from Kafka 4.0 on.
        Consumer = "consumer",
    }
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
    /// How a user name and a password, or a token, are proved to Kafka.
    SaslMechanism {
        /// Sent as they are.
        Plain = "PLAIN",
        /// Salted challenge and response over SHA-256.
        ScramSha256 = "SCRAM-SHA-256",
        /// Salted challenge and response over SHA-512.
        ScramSha512 = "SCRAM-SHA-512",
        /// By a token, which the program's own function gives; see [`App::kafka_token`](crate::App::kafka_token).
        OauthBearer = "OAUTHBEARER",
    }
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
