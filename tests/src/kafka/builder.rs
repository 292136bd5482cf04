//! How a test says what is special about its server.

use anyhow::Result;

use super::files::Files;
use super::{KafkaServer, java};
use crate::guard::Guard;
use crate::ports::Port;

/// Builds a [`KafkaServer`].
#[derive(Clone, Debug, Default)]
pub struct KafkaBuilder {
    properties: Vec<(String, String)>,
    java_options: Vec<String>,
    takes_tokens: bool,
}

impl KafkaBuilder {
    /// Sets a property of the broker, also over one of ours.
    #[must_use]
    pub fn property(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.properties.push((name.into(), value.into()));
        self
    }

    /// Lets the server look at access control lists: everybody may do everything with what no entry speaks about; see
    /// [`KafkaServer::access`].
    #[must_use]
    pub fn access_control(self) -> Self {
        self.property(
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        )
        .property("allow.everyone.if.no.acl.found", "true")
    }

    /// Lets the server listen at a second port, where clients prove themselves by OAUTHBEARER with tokens that are not
    /// signed; see [`KafkaServer::bootstrap_with_tokens`].
    #[must_use]
    pub fn tokens(mut self) -> Self {
        self.takes_tokens = true;
        self
    }

    /// Gives an option to `java`, such as `-Xmx1g`, also over one of ours.
    #[must_use]
    pub fn java_option(mut self, option: impl Into<String>) -> Self {
        self.java_options.push(option.into());
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// As [`KafkaServer::start`].
    pub fn start(self) -> Result<KafkaServer> {
        let port = Port::reserve()?;
        let controller_port = Port::reserve()?;
        let token_port = self.takes_tokens.then(Port::reserve).transpose()?;
        let guard = Guard::new("kafka")?;
        let files = Files::write(
            guard.folder(),
            port.number(),
            controller_port.number(),
            token_port.as_ref().map(Port::number),
            &self.properties,
        )?;
        format_storage(&files, port.number())?;
        let mut server = KafkaServer {
            process: None,
            files,
            java_options: self.java_options,
            guard,
            port,
            _controller_port: controller_port,
            token_port,
        };
        server.restart()?;
        Ok(server)
    }
}

/// Makes the empty data folder; KRaft refuses one that was not formatted.
fn format_storage(files: &Files, port: u16) -> Result<()> {
    // 16 bytes in base64, another for each server: a client that meets the wrong one on a reused port then says so.
    let cluster = format!("messagingTests{port:07}A");
    let properties = files.properties.display().to_string();
    let arguments = [
        "format",
        "--standalone",
        "--cluster-id",
        &cluster,
        "--config",
        &properties,
    ];
    java::run("kafka.tools.StorageTool", &arguments)?;
    Ok(())
}
