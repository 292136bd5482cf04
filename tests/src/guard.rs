//! What makes sure that nothing outlives the test process, not even after SIGKILL.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use anyhow::{Context, Result};

/// Waits for the end of its input, which comes when the owner closes the pipe or dies; then kills the process group and
/// removes the folder. That last part runs in a session of its own, or it would kill itself before it removes anything.
///
/// The folder stays until the group is gone, for at most 10 s (a parent that collects no children keeps them listed): a
/// server whose files vanish would complain, and make new ones. `kill -s` is how POSIX writes it; dash refuses a group
/// after `kill -KILL`. The last line keeps the shell from turning itself into `setsid`, which as the leader of the
/// group would have to fork and would end at once.
const SCRIPT: &str = r#"
while read -r _; do :; done
setsid sh -c '
    kill -s KILL -- "-$1"
    tries=200
    while kill -s 0 -- "-$1" && [ "$tries" -gt 0 ]; do
        tries=$((tries - 1))
        sleep 0.05
    done
    rm -rf -- "$2"
' sh "$$" "$1"
exit
"#;

/// A folder and a group of processes that end with this value, or with the process that holds it.
///
/// A small shell leads the group and reads from a pipe whose other end is here. Statics are not dropped and a killed
/// process drops nothing, but the kernel closes the pipe in each case. The group's number cannot be taken by a
/// stranger, because its leader lives until the end.
#[derive(Debug)]
pub struct Guard {
    folder: PathBuf,
    shell: Child,
    pipe: Option<ChildStdin>,
}

impl Guard {
    /// Makes a new folder below the system's temporary one, named after `purpose`, and the empty group.
    ///
    /// # Errors
    /// When the folder cannot be made or the shell cannot be started.
    pub fn new(purpose: &str) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("messaging-{purpose}-"))
            .tempdir()
            .context("cannot make a temporary folder")?;
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(folder.path())
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start `sh`, which would clean up after the test")?;
        let pipe = shell.stdin.take();
        Ok(Self {
            folder: folder.keep(),
            shell,
            pipe,
        })
    }

    /// The folder that goes away at the end.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts `command` as a member of the group.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(&self, command: &mut Command) -> Result<Child> {
        let group = i32::try_from(self.shell.id()).context("the process number does not fit")?;
        let program = command.get_program().display().to_string();
        command
            .process_group(group)
            .spawn()
            .with_context(|| format!("cannot start `{program}`"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // The shell is killed with its group, so its end means that the others were told to end too.
        let _ = self.shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::process::{Signal, ended_by, wait_timeout};
    use crate::wait::eventually;

    const SOON: Duration = Duration::from_secs(20);

    // The program does not care for the folder: only the signal can end it.
    #[test]
    fn the_end_of_a_guard_kills_its_group_and_removes_its_folder() {
        let guard = Guard::new("test").unwrap();
        let folder = guard.folder().to_owned();
        let mut child = guard
            .spawn(Command::new("tail").args(["-f", "/dev/null"]))
            .unwrap();
        drop(guard);
        let status = wait_timeout(&mut child, SOON)
            .unwrap()
            .expect("it goes on without its guard");
        assert_eq!(ended_by(status), Some(Signal::SIGKILL));
        eventually(SOON, "the folder to be removed", || !folder.exists()).unwrap();
    }
}
