//! The service: an App without workers, beside a web server.

use std::time::Duration;

use messaging::{App, NewTopic, Running};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::api::{TOPIC, router};

pub(crate) async fn run(port: u16) -> anyhow::Result<()> {
    messaging::init_log();
    // From here on a signal does not kill the process.
    let told_to_end = messaging::shutdown_requested();
    let app = App::empty().defaults([("service", "tracking"), ("kafka_client_id", "tracking")]);
    app.create_topics([NewTopic::named(TOPIC).partitions(3)]).await?;
    let running = app.start().await?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("tracking listens at http://{}", listener.local_addr()?);
    serve(running, listener, told_to_end).await
}

/// How long requests that have begun may take after the end: a client may be slow, or gone.
const LIMIT: Duration = Duration::from_secs(10);

/// Answers requests until `end`, and then writes what is queued.
pub(crate) async fn serve(
    running: Running,
    listener: TcpListener,
    end: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let (tell, told) = oneshot::channel();
    let serving = axum::serve(listener, router(running.producer())).with_graceful_shutdown(async {
        end.await;
        // Nobody listens once all requests are answered.
        let _ = tell.send(());
    });
    let over_time = async {
        let _ = told.await;
        tokio::time::sleep(LIMIT).await;
    };
    tokio::select! {
        served = serving.into_future() => served?,
        () = over_time => eprintln!("requests were still unanswered {LIMIT:?} after the signal to end"),
    }
    // After the last request, so that none finds its producer closed.
    running.stop();
    Ok(running.join().await?)
}
