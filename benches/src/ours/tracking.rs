//! The router of the example `tracking`, asked by real HTTP over loopback.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::{JoinSet, spawn_blocking};
use ureq::Agent;

use super::publish::Sender;

#[path = "../../../examples/tracking/api.rs"]
mod api;

pub(crate) use api::TOPIC;

/// How many clients ask at a time.
pub(crate) const CLIENTS: usize = 2;

impl Sender {
    /// Lets each client send the same body so many times; events per second until all were acknowledged.
    pub(crate) async fn tracked(&self, body: &Arc<str>, requests: usize) -> Result<f64> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/tracking/track", listener.local_addr()?);
        let served = axum::serve(listener, api::router(self.producer()));
        let serving = tokio::spawn(served.into_future());
        let (began, mut clients) = (Instant::now(), JoinSet::new());
        for _ in 0..CLIENTS {
            let (url, body) = (url.clone(), body.clone());
            clients.spawn(async move { spawn_blocking(move || ask(&url, &body, requests)).await? });
        }
        let queued: usize = clients.join_all().await.into_iter().sum::<Result<usize>>()?;
        serving.abort();
        self.rate(queued, began).await
    }
}

/// One client with one connection; gives how many events were queued.
fn ask(url: &str, body: &str, requests: usize) -> Result<usize> {
    let (agent, mut queued) = (Agent::new_with_defaults(), 0);
    for _ in 0..requests {
        let mut answer = agent.post(url).send(body)?;
        let text = answer.body_mut().read_to_string()?;
        let answer: Value = serde_json::from_str(&text)?;
        ensure!(answer["error"].is_null(), "{text}");
        queued += answer["queued"].as_u64().context("the answer says no number")? as usize;
    }
    Ok(queued)
}
