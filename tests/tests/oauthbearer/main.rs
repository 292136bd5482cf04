//! OAUTHBEARER: a program proves itself to a real Kafka by tokens that its own function gives. That needs OpenSSL, so
//! most of it runs with the feature `kafka-tls` only.

#[cfg(feature = "kafka-tls")]
mod on_kafka;
mod support;

use anyhow::Result;
use support::Program;

/// Nobody listens there, and nobody asks.
const NOWHERE: &str = "127.0.0.1:1";

#[cfg(not(feature = "kafka-tls"))]
const PROBLEM: &str = "kafka_sasl_mechanism is OAUTHBEARER (environment KAFKA_SASL_MECHANISM), but TLS, SCRAM and OAUTHBEARER are \
     not compiled in; build `messaging` with the feature \"kafka-tls\"";

#[cfg(feature = "kafka-tls")]
const PROBLEM: &str = "kafka_sasl_mechanism is OAUTHBEARER (environment KAFKA_SASL_MECHANISM), and nothing gives tokens; give a \
     function with App::kafka_token, or with Settings::kafka_token or configure_kafka_token where there is no App";

#[test]
fn what_it_needs_and_is_not_there_is_refused_by_name() -> Result<()> {
    let program = Program::new(NOWHERE, "needs")?.without_tokens();
    for arguments in [&["check"][..], &["runworker", "shout"]] {
        let said = program.say(arguments)?;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.stderr.contains(PROBLEM), "{said:?}");
    }
    Ok(())
}

#[test]
fn with_another_mechanism_the_function_is_not_called() -> Result<()> {
    let program = Program::new(NOWHERE, "plain")?.set("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT");
    let said = program.say(&["topics", "list"])?;
    assert_ne!(said.code, Some(0), "{said:?}");
    assert!(!said.stderr.contains("gives token"), "{said:?}");
    Ok(())
}
