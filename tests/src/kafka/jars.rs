//! Kafka's jars: downloaded once by Maven, kept outside the build folder, shared by all test processes.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The version of Kafka that the tests run against.
pub const VERSION: &str = "4.1.1";

const POM: &str = include_str!("../../kafka/pom.xml");

/// The folder with the jars, downloaded now where it is missing.
///
/// It is in `$MESSAGING_TEST_CACHE`, else in `~/.cache/messaging-tests`.
///
/// # Errors
/// When the download fails, or `mvn`, which does it, is missing.
pub fn jars() -> Result<PathBuf> {
    let cache = cache()?;
    let kafka = cache.join(format!("kafka-{VERSION}"));
    if !is_current(&kafka) {
        let _lock = lock(&cache)?;
        // Another process may have done it while this one waited for the lock.
        if !is_current(&kafka) {
            download(&cache, &kafka)?;
        }
    }
    Ok(kafka.join("libs"))
}

fn cache() -> Result<PathBuf> {
    if let Some(cache) = env::var_os("MESSAGING_TEST_CACHE") {
        return Ok(cache.into());
    }
    let home = env::home_dir().context("no home folder: say by MESSAGING_TEST_CACHE where to keep Kafka")?;
    Ok(home.join(".cache/messaging-tests"))
}

/// The folder appears whole or not at all, so its list of jars tells whether it is the one wanted.
fn is_current(kafka: &Path) -> bool {
    fs::read_to_string(kafka.join("pom.xml")).is_ok_and(|pom| pom == POM)
}

fn lock(cache: &Path) -> Result<File> {
    fs::create_dir_all(cache).with_context(|| format!("cannot make the folder {}", cache.display()))?;
    let path = cache.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot make {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => eprintln!("another process downloads Apache Kafka: waiting for it"),
        Err(TryLockError::Error(error)) => return Err(error).context("cannot lock the cache"),
    }
    file.lock().context("cannot lock the cache")?;
    Ok(file)
}

fn download(cache: &Path, kafka: &Path) -> Result<()> {
    eprintln!(
        "downloading Apache Kafka {VERSION} into {} (54 MB, once) …",
        kafka.display()
    );
    // Beside the target, because only within one file system a rename is one step. The lock makes it ours alone; what
    // is there already was left by a process that was killed.
    let folder = cache.join("download");
    remove(&folder)?;
    fs::create_dir(&folder).context("cannot make a folder for the download")?;
    fs::write(folder.join("pom.xml"), POM).context("cannot write the list of jars")?;
    copy_dependencies(&folder)?;
    remove(kafka)?;
    fs::rename(&folder, kafka).context("cannot move the downloaded Kafka to its place")?;
    eprintln!("Apache Kafka {VERSION} is there");
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    Ok(())
}

fn copy_dependencies(folder: &Path) -> Result<()> {
    let mut maven = Command::new("mvn");
    maven.args([
        "--batch-mode",
        "--no-transfer-progress",
        "dependency:copy-dependencies",
    ]);
    maven
        .arg("-DoutputDirectory=libs")
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = maven
        .output()
        .context("cannot start `mvn`: install Maven (Debian: apt-get install maven)")?;
    if !output.status.success() {
        let printed = String::from_utf8_lossy(&output.stdout);
        bail!("Maven could not download Kafka ({})\n{printed}", output.status);
    }
    Ok(())
}
