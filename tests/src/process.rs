//! A program of ours as a child process: its output, its signals, its memory, its end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::unistd::Pid;

pub use nix::sys::signal::Signal;

use crate::guard::Guard;
use crate::tail::tail;
use crate::wait::eventually;

mod memory;

pub use memory::Memory;

/// A running program; it is killed when this value is dropped and when the test process dies.
///
/// What it writes goes to files, so that it never blocks on a full pipe and can be read while it runs.
#[derive(Debug)]
pub struct Program {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    // Last, because its drop removes the two files above.
    _guard: Guard,
}

impl Program {
    /// Starts `command`; a test says which by `Command::new(env!("CARGO_BIN_EXE_name"))`.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start(command: Command) -> Result<Self> {
        Self::start_reading(command, Stdio::null())
    }

    /// The same with an input, such as a file.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn start_reading(mut command: Command, input: impl Into<Stdio>) -> Result<Self> {
        let guard = Guard::new("program")?;
        let stdout = guard.folder().join("stdout");
        let stderr = guard.folder().join("stderr");
        command
            .stdin(input)
            .stdout(create(&stdout)?)
            .stderr(create(&stderr)?);
        let child = guard.spawn(&mut command)?;
        Ok(Self {
            child,
            stdout,
            stderr,
            _guard: guard,
        })
    }

    /// The process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal; a program that has already ended is an error.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        send(&mut self.child, signal)
    }

    /// How the program ended, or `None` when it still runs after `timeout`.
    ///
    /// # Errors
    /// When the operating system refuses to say.
    pub fn wait_timeout(&mut self, timeout: Duration) -> Result<Option<ExitStatus>> {
        wait_timeout(&mut self.child, timeout)
    }

    /// The first line on standard output or standard error for which `wanted` is true, also one already written.
    ///
    /// # Errors
    /// When no such line comes in time, or the program ends without it; the message shows what it wrote.
    pub fn wait_for_line(&mut self, wanted: impl Fn(&str) -> bool, timeout: Duration) -> Result<String> {
        let mut streams = [Lines::open(&self.stdout)?, Lines::open(&self.stderr)?];
        let child = &mut self.child;
        let found = eventually(
            timeout,
            "a line of the program",
            || -> Result<Option<String>, String> {
                // Asked before reading: what it wrote before it ended is then seen by this very look.
                let ended = child.try_wait().map_err(|error| error.to_string())?;
                for stream in &mut streams {
                    if let Some(line) = stream.find(&wanted).map_err(|error| error.to_string())? {
                        return Ok(Some(line));
                    }
                }
                if ended.is_some() {
                    Ok(None)
                } else {
                    Err("it runs and did not write the line".into())
                }
            },
        );
        match found {
            Ok(Some(line)) => Ok(line),
            Ok(None) => bail!(
                "the program ended without the awaited line\n{}",
                self.output_tail()
            ),
            Err(error) => Err(error.context(self.output_tail())),
        }
    }

    /// All that it wrote to standard output so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stdout(&self) -> Result<String> {
        read(&self.stdout)
    }

    /// All that it wrote to standard error so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stderr(&self) -> Result<String> {
        read(&self.stderr)
    }

    /// What the program holds in memory now, and the most it ever held.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn memory(&self) -> Result<Memory> {
        Memory::of(self.pid())
    }

    fn output_tail(&self) -> String {
        format!("{}\n{}", tail(&self.stdout), tail(&self.stderr))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.output_tail());
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to a child that is still ours: after its end was collected the number may belong to a stranger.
pub(crate) fn send(child: &mut Child, signal: Signal) -> Result<()> {
    if let Some(status) = child.try_wait()? {
        bail!("cannot send {signal}: the process has ended ({status})");
    }
    let pid = i32::try_from(child.id()).context("the process number does not fit")?;
    nix::sys::signal::kill(Pid::from_raw(pid), signal).with_context(|| format!("cannot send {signal}"))
}

/// How the child ended, or `None` when it still runs after `timeout`.
pub(crate) fn wait_timeout(child: &mut Child, timeout: Duration) -> Result<Option<ExitStatus>> {
    let mut refused = None;
    let ended = eventually(timeout, "the end of a process", || match child.try_wait() {
        Ok(status) => status.map(Some),
        Err(error) => {
            refused = Some(error);
            Some(None)
        }
    });
    match refused {
        Some(error) => Err(error).context("cannot ask how the process ended"),
        None => Ok(ended.ok().flatten()),
    }
}

/// The signal that ended the process, for an assertion that reads well.
pub fn ended_by(status: ExitStatus) -> Option<Signal> {
    status.signal().and_then(|number| Signal::try_from(number).ok())
}

/// Reads a file that still grows, line by line; a last line without its end is kept until the rest comes.
struct Lines {
    file: BufReader<File>,
    line: String,
}

impl Lines {
    fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self {
            file: BufReader::new(file),
            line: String::new(),
        })
    }

    fn find(&mut self, wanted: impl Fn(&str) -> bool) -> Result<Option<String>> {
        while self.file.read_line(&mut self.line)? > 0 && self.line.ends_with('\n') {
            let line = std::mem::take(&mut self.line);
            if wanted(line.trim_end()) {
                return Ok(Some(line.trim_end().to_owned()));
            }
        }
        Ok(None)
    }
}

fn create(path: &Path) -> Result<File> {
    File::create(path).with_context(|| format!("cannot make {}", path.display()))
}

fn read(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
