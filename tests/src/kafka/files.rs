//! The files of one server: its properties, what it logs and where.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

// Small and quick for one node on a machine that it shares with the tests. What is not about size:
// - the rebalance delay is for many consumers that start together, and costs 3 s each time;
// - short sessions are allowed, so that a test of an evicted consumer need not last 45 s;
// - the broker's own session is short, because a killed broker is let in again only when that is over;
// - retention is looked at each second, so that a test can see records go away.
const PROPERTIES: &str = "\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
auto.create.topics.enable=false
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
group.consumer.min.session.timeout.ms=1000
group.consumer.min.heartbeat.interval.ms=200
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.initial.task.delay.ms=1000
log.retention.check.interval.ms=1000
log.cleaner.dedupe.buffer.size=4194304
num.network.threads=2
num.io.threads=2
background.threads=2
group.coordinator.threads=1
";

// Its tokens are not signed: Kafka looks at their claims only. A connection has to prove itself
// anew every 3 s; more than once a second Kafka refuses.
const TOKENS: &str = "\
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,TOKENS:SASL_PLAINTEXT
inter.broker.listener.name=PLAINTEXT
listener.name.tokens.sasl.enabled.mechanisms=OAUTHBEARER
listener.name.tokens.oauthbearer.connections.max.reauth.ms=3000
listener.name.tokens.oauthbearer.sasl.jaas.config=\
org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub=\"broker\";
listener.name.tokens.oauthbearer.sasl.server.callback.handler.class=\
org.apache.kafka.common.security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler
";

const LOG4J: &str = "\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
";

/// Where the files of one server are.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) properties: PathBuf,
    pub(super) log4j: PathBuf,
    pub(super) log: PathBuf,
}

impl Files {
    /// Writes them; `extra` comes last and so wins over ours.
    pub(super) fn write(
        folder: &Path,
        port: u16,
        controller: u16,
        tokens: Option<u16>,
        extra: &[(String, String)],
    ) -> Result<Self> {
        let files = Self {
            properties: folder.join("server.properties"),
            log4j: folder.join("log4j2.properties"),
            log: folder.join("server.log"),
        };
        let mut properties = String::from(PROPERTIES) + &addresses(folder, port, controller, tokens);
        if tokens.is_some() {
            properties += TOKENS;
        }
        for (name, value) in extra {
            properties += &format!("{name}={value}\n");
        }
        fs::write(&files.properties, properties).context("cannot write the server's properties")?;
        fs::write(&files.log4j, LOG4J).context("cannot write the server's log settings")?;
        Ok(files)
    }
}

fn addresses(folder: &Path, port: u16, controller: u16, tokens: Option<u16>) -> String {
    let data = folder.join("data");
    let tokens = tokens.map_or_else(String::new, |port| format!(",TOKENS://127.0.0.1:{port}"));
    format!(
        "listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}{tokens}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{port}{tokens}\n\
         controller.quorum.bootstrap.servers=127.0.0.1:{controller}\n\
         log.dirs={}\n",
        data.display()
    )
}
