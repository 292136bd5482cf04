//! Consumers by hand and the settings of the whole process. The tests of this file change its directory, so that they
//! go one by one.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use messaging::{App, Running, WorkerSpec, create_consumer};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};

static PROCESS: Mutex<()> = Mutex::const_new(());

/// A process whose `messaging.toml` says this.
struct Process(
    #[expect(dead_code, reason = "they end with it")] TempDir,
    #[expect(dead_code, reason = "so")] MutexGuard<'static, ()>,
);

async fn process(section: &str) -> Process {
    let turn = PROCESS.lock().await;
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("messaging.toml"),
        format!("[messaging]\n{section}"),
    )
    .unwrap();
    std::env::set_current_dir(directory.path()).unwrap();
    Process(directory, turn)
}

#[tokio::test]
async fn a_consumer_with_the_settings_of_the_process_tells_of_their_problems() {
    let _process = process("message_broker = \"memroy\"\nkafka_linger = 5\n").await;
    let error = create_consumer("g", ["in"]).unwrap_err();
    assert!(error.is_settings(), "{error}");
    let told = error.report();
    assert!(
        told.contains("messaging.toml:2") && told.contains("memroy"),
        "{told}"
    );
    assert!(
        told.contains("messaging.toml:3") && told.contains("kafka_linger_ms"),
        "{told}"
    );
}

async fn end(running: Running) {
    running.stop();
    running.join().await.unwrap();
}

#[tokio::test]
async fn what_an_operator_says_of_one_app_does_not_disturb_the_others() {
    let section = "message_broker = \"memory\"\n[messaging.workers.alpha]\nconcurrency = 4\n[messaging.workers.gamma]\ntimeout = 5\n";
    let process = process(section).await;
    let app = |name: &str| App::empty().worker(WorkerSpec::of(name, "in", async |_: String| {}));
    let told = App::new().check().unwrap_err().report();
    assert!(told.contains("there is no worker alpha"), "{told}");
    let (beta, alpha) = (
        app("beta").start().await.unwrap(),
        app("alpha").start().await.unwrap(),
    );
    let reports = create_consumer("gamma", ["in"]).unwrap();
    let reports = reports.handler(async |_: String| {}).start().await.unwrap();
    App::new()
        .check()
        .expect("all that an operator names is in this process");
    for running in [beta, alpha, reports] {
        end(running).await;
    }

    drop(process);
    let wrong = section.replace("concurrency = 4", "concurrency = \"many\"");
    let _process = self::process(&wrong).await;
    end(app("beta").start().await.unwrap()).await;
    let told = app("alpha").start().await.unwrap_err().report();
    assert!(
        told.contains("workers.alpha.concurrency (messaging.toml:4): found \"many\""),
        "{told}"
    );
}
