//! What was found by one check.

use std::fmt::Write;

use serde::Serialize;

use crate::broker::BrokerError;
use crate::outcome::describe;
use crate::program::kafka_tool;
use crate::settings::Settings;

/// How bad it is; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    Ok,
    Warn,
    Fail,
}

/// What was looked at, what was seen, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) check: String,
    pub(super) what: String,
    pub(super) advice: Option<String>,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(check: impl Into<String>, what: impl Into<String>) -> Finding {
        Finding {
            verdict: Verdict::Ok,
            check: check.into(),
            what: what.into(),
            advice: None,
        }
    }

    /// It works, and not as one would think.
    pub(super) fn warn(
        check: impl Into<String>,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Finding {
        Finding {
            verdict: Verdict::Warn,
            advice: Some(advice.into()),
            ..Finding::ok(check, what)
        }
    }

    /// It does not work.
    pub(super) fn fail(
        check: impl Into<String>,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Finding {
        Finding {
            verdict: Verdict::Fail,
            ..Finding::warn(check, what, advice)
        }
    }

    /// The broker refused. `right` is what has to be allowed when it did so for want of a right, as Kafka's own tool
    /// takes it.
    pub(super) fn refused(
        check: impl Into<String>,
        error: &BrokerError,
        settings: &Settings,
        right: &str,
    ) -> Finding {
        let advice = match error {
            BrokerError::Denied { .. } => format!(
                "allow it: `{} --add --allow-principal {} {right}`, and look for a rule that denies it; or set other credentials (kafka_sasl_username)",
                kafka_tool("kafka-acls.sh"),
                principal(settings)
            ),
            _ => "look at the broker's log".to_owned(),
        };
        Finding::fail(check, describe(error), advice)
    }
}

/// Whom the broker takes us for.
fn principal(settings: &Settings) -> String {
    match (&settings.kafka_sasl_username, &settings.kafka_ssl_certfile) {
        (Some(name), _) if settings.kafka_security_protocol.is_sasl() => format!("User:{name}"),
        (_, Some(_)) => "\"User:<subject of kafka_ssl_certfile>\"".to_owned(),
        _ => "User:ANONYMOUS".to_owned(),
    }
}

/// A line for each, and what to do below it.
pub(super) fn lines(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.check.chars().count()).max();
    let width = width.unwrap_or(0);
    let mut text = String::new();
    for finding in findings {
        let verdict = match finding.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "fail",
        };
        let Finding {
            check, what, advice, ..
        } = finding;
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{verdict:<4}  {check:<width$}  {}", indented(what, width));
        if let Some(advice) = advice {
            let _ = writeln!(text, "      {:<width$}  -> {}", "", indented(advice, width + 3));
        }
    }
    text
}

/// Further lines stand below the first one.
fn indented(text: &str, width: usize) -> String {
    let break_and_indent = format!("\n{:indent$}", "", indent = width + 8);
    text.trim_end().replace('\n', &break_and_indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_stands_below_what_was_seen() {
        let findings = [
            Finding::ok("settings", "memory"),
            Finding::fail("topic a", "it is\nabsent", "make it"),
        ];
        let expected = "\
ok    settings  memory
fail  topic a   it is
                absent
                -> make it
";
        assert_eq!(lines(&findings), expected);
    }

    #[test]
    fn the_principal_is_the_one_that_the_broker_sees() {
        use crate::settings::Sources;
        let load = |entries: &[(&'static str, &'static str)]| {
            Settings::load(&Sources::default().code(entries.iter().copied())).unwrap()
        };
        assert_eq!(principal(&load(&[])), "User:ANONYMOUS");
        let plain = load(&[
            ("kafka_security_protocol", "SASL_PLAINTEXT"),
            ("kafka_sasl_mechanism", "PLAIN"),
            ("kafka_sasl_username", "ann"),
            ("kafka_sasl_password", "x"),
        ]);
        assert_eq!(principal(&plain), "User:ann");
    }
}
