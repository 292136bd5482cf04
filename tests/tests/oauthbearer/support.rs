//! The program `bearer`, and the file that says which tokens it gives.

use std::process::Command;

use anyhow::Result;
use messaging_tests::said::{Said, bare};
use tempfile::TempDir;

/// How a test runs it: against which Kafka, with topics and groups of its own.
pub(crate) struct Program {
    environment: Vec<(String, String)>,
    tokens: TempDir,
}

impl Program {
    /// It gives tokens for `tester`.
    pub(crate) fn new(bootstrap: &str, name: &str) -> Result<Program> {
        let tokens = tempfile::tempdir()?;
        let file = tokens.path().join("token").display().to_string();
        let program = Program {
            environment: Vec::new(),
            tokens,
        };
        program.gives(Some("tester"))?;
        Ok(program
            .set("TOKEN_FILE", &file)
            .set("MESSAGE_BROKER", "kafka")
            .set("KAFKA_BOOTSTRAP_SERVERS", bootstrap)
            .set("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT")
            .set("KAFKA_SASL_MECHANISM", "OAUTHBEARER")
            .set("KAFKA_AUTO_COMMIT_INTERVAL_MS", "200")
            .set("TOPIC_PREFIX", &format!("{name}."))
            .set("SERVICE", name))
    }

    /// With this variable; the last value counts.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Program {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Without a function that gives tokens.
    pub(crate) fn without_tokens(mut self) -> Program {
        self.environment.retain(|(name, _)| name != "TOKEN_FILE");
        self
    }

    /// From now on its tokens are for this name; for `None` there are none.
    pub(crate) fn gives(&self, name: Option<&str>) -> Result<()> {
        let (file, next) = (self.tokens.path().join("token"), self.tokens.path().join("next"));
        let Some(name) = name else {
            return Ok(std::fs::remove_file(file)?);
        };
        std::fs::write(&next, name)?;
        Ok(std::fs::rename(next, file)?)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Result<(TempDir, Command)> {
        let (folder, mut command) = bare(env!("CARGO_BIN_EXE_bearer"), "", arguments)?;
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Ok((folder, command))
    }

    /// Runs a command to its end.
    pub(crate) fn say(&self, arguments: &[&str]) -> Result<Said> {
        let (_folder, command) = self.command(arguments)?;
        Said::by(command)
    }
}
