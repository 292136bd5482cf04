//! Calling Java with Kafka's jars.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::jars::jars;

/// `java` with Kafka's jars and little memory; the caller adds the class. Later options win over earlier ones.
pub(super) fn command(options: &[String]) -> Result<Command> {
    let mut command = Command::new("java");
    command
        .arg("-Xmx512m")
        .args(options)
        .arg("-cp")
        .arg(jars()?.join("*"));
    Ok(command)
}

/// The option that names the log settings.
pub(super) fn log_option(file: &Path) -> String {
    format!("-Dlog4j2.configurationFile={}", file.display())
}

/// Runs a class to its end and gives its standard output.
pub(super) fn run(class: &str, arguments: &[&str]) -> Result<String> {
    // These programs live for a second: the optimizing compiler would only cost.
    let mut command = command(&["-XX:TieredStopAtLevel=1".into()])?;
    command.arg(class).args(arguments).stdin(Stdio::null());
    let output = command.output().context(
        "cannot start `java`: install a runtime of version 17 or later (Debian: apt-get install default-jre-headless)",
    )?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!(
            "{class} {} failed ({})\n{printed}{complaint}",
            arguments.join(" "),
            output.status
        );
    }
    Ok(printed)
}
