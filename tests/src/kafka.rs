//! A real Apache Kafka: one process, one node, broker and controller in one, on a free port of this machine.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::guard::Guard;
use crate::ports::Port;
use crate::process::{Signal, send, wait_timeout};
use crate::tail::tail;
use crate::wait::eventually;

mod builder;
mod files;
mod jars;
mod java;
mod probe;

pub use builder::KafkaBuilder;
pub use jars::{VERSION, jars};

use files::Files;

/// The environment variable that names a Kafka to use instead of starting one; see [`KafkaServer::shared`].
pub const BOOTSTRAP_SERVERS: &str = "KAFKA_BOOTSTRAP_SERVERS";

const START: Duration = Duration::from_secs(90);
const STOP: Duration = Duration::from_secs(30);

/// A Kafka server that a test owns; dropping it kills it and removes its data.
///
/// The first start on a machine downloads Kafka; that needs `mvn`, and every start needs `java`. A test that panics
/// while it holds the server prints the end of the server's log.
#[derive(Debug)]
pub struct KafkaServer {
    process: Option<Child>,
    files: Files,
    java_options: Vec<String>,
    // Before the ports: first the process ends, then its ports are given back.
    guard: Guard,
    port: Port,
    _controller_port: Port,
    token_port: Option<Port>,
}

impl KafkaServer {
    /// Starts a server and waits until it answers.
    ///
    /// # Errors
    /// When Java or the jars are missing, and when the server does not answer; the message has the end of its log.
    pub fn start() -> Result<Self> {
        Self::builder().start()
    }

    /// A server with properties of its own.
    pub fn builder() -> KafkaBuilder {
        KafkaBuilder::default()
    }

    /// The bootstrap servers of the one Kafka that all tests of this process share.
    ///
    /// It is the one that `KAFKA_BOOTSTRAP_SERVERS` names, where that is set, else one that is started at the first
    /// call. It is for tests that neither kill it nor count what is in it: each makes topics and groups with names of
    /// its own.
    ///
    /// # Errors
    /// As [`start`](Self::start); every call then gives the same error.
    pub fn shared() -> Result<&'static str> {
        Ok(&shared()?.bootstrap)
    }

    /// The shared server itself, or `None` where one was given; only to look at: it is everybody's.
    ///
    /// # Errors
    /// As [`shared`](Self::shared).
    pub fn shared_server() -> Result<Option<&'static KafkaServer>> {
        Ok(shared()?.server.as_ref())
    }

    /// Runs one of Kafka's own tools, such as `org.apache.kafka.tools.TopicCommand`, and gives what it printed.
    ///
    /// # Errors
    /// When the tool ends with a failure; the message has its output.
    pub fn tool(class: &str, arguments: &[&str]) -> Result<String> {
        java::run(class, arguments)
    }

    /// Adds entries for `User:ANONYMOUS`, who everybody is here, to the access control list, such as
    /// `["--deny-principal", "User:ANONYMOUS", "--operation", "Write", "--topic", "t"]`.
    ///
    /// # Errors
    /// When the server was not built with [`KafkaBuilder::access_control`], or does not answer.
    pub fn access(&self, entries: &[&str]) -> Result<()> {
        let server = self.bootstrap();
        let to = ["--bootstrap-server", &server, "--add"];
        Self::tool("org.apache.kafka.tools.AclCommand", &[&to, entries].concat())?;
        Ok(())
    }

    /// What clients connect to: `127.0.0.1:port`.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port.number())
    }

    /// The same for clients that prove themselves by tokens.
    ///
    /// # Errors
    /// When the server was not built with [`KafkaBuilder::tokens`].
    pub fn bootstrap_with_tokens(&self) -> Result<String> {
        let port = self.token_port.as_ref().context("it was built without tokens")?;
        Ok(format!("127.0.0.1:{}", port.number()))
    }

    /// The number of the server's process, or `None` while it is down.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }

    /// The folder with the server's settings, its log (`server.log`) and its data.
    pub fn data_dir(&self) -> &Path {
        self.guard.folder()
    }

    /// Kills the server (SIGKILL); its data and its port stay.
    ///
    /// # Errors
    /// When it is down already.
    pub fn kill(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the server is down already")?;
        send(&mut process, Signal::SIGKILL).with_context(|| self.log_tail())?;
        process.wait().context("cannot wait for the end of the server")?;
        Ok(())
    }

    /// Sends the server a signal, such as SIGSTOP, which makes it mute until SIGCONT.
    ///
    /// # Errors
    /// When it is down.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        send(self.process.as_mut().context("the server is down")?, signal)
    }

    /// Asks the server to end (SIGTERM) and waits for it; its data and its port stay.
    ///
    /// # Errors
    /// When it is down already, and when it does not end within 30 s; it is killed then.
    pub fn stop(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the server is down already")?;
        send(&mut process, Signal::SIGTERM).with_context(|| self.log_tail())?;
        if wait_timeout(&mut process, STOP)?.is_none() {
            process.kill()?;
            process.wait()?;
            bail!(
                "the server did not end within {STOP:?} of SIGTERM and was killed\n{}",
                self.log_tail()
            );
        }
        Ok(())
    }

    /// Starts the server again on its port and data, after stopping it where it still runs.
    ///
    /// # Errors
    /// As [`start`](Self::start) and [`stop`](Self::stop).
    pub fn restart(&mut self) -> Result<()> {
        if self.process.is_some() {
            self.stop()?;
        }
        self.launch()?;
        self.wait_until_it_answers()
    }

    /// The last 40 lines of the server's log.
    pub fn log_tail(&self) -> String {
        tail(&self.files.log)
    }

    fn launch(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(&self.files.log);
        let log = log.context("cannot open the server's log")?;
        let mut command = java::command(&self.java_options)?;
        command.arg(java::log_option(&self.files.log4j));
        command.arg("kafka.Kafka").arg(&self.files.properties);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.process = Some(self.guard.spawn(&mut command)?);
        Ok(())
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let Some(process) = &mut self.process else {
            bail!("the server is down")
        };
        let port = self.port.number();
        let ended = eventually(START, "an answer of the Kafka server", || {
            match process.try_wait() {
                Ok(Some(status)) => Ok(Some(status)),
                Ok(None) => probe::answers(port).map(|()| None),
                Err(error) => Err(error.into()),
            }
        });
        match ended {
            Ok(None) => Ok(()),
            Ok(Some(status)) => bail!(
                "the Kafka server ended while it started ({status})\n{}",
                self.log_tail()
            ),
            Err(error) => Err(error.context(self.log_tail())),
        }
    }
}

impl Drop for KafkaServer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.log_tail());
        }
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

struct Shared {
    bootstrap: String,
    server: Option<KafkaServer>,
}

fn shared() -> Result<&'static Shared> {
    // Statics are not dropped: the server's guard ends it together with this process.
    static SHARED: OnceLock<Result<Shared, String>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| given_or_started().map_err(|error| format!("{error:#}")));
    shared.as_ref().map_err(|error| anyhow!("{error}"))
}

fn given_or_started() -> Result<Shared> {
    if let Ok(bootstrap) = std::env::var(BOOTSTRAP_SERVERS) {
        return Ok(Shared {
            bootstrap,
            server: None,
        });
    }
    let server = KafkaServer::start()?;
    Ok(Shared {
        bootstrap: server.bootstrap(),
        server: Some(server),
    })
}
