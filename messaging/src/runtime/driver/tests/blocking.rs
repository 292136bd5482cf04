//! A handler that blocks its thread is told while it does, wherever it is polled.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::*;
use crate::runtime::blocked::{Blocked, LONG, Lookout};
use crate::runtime::pace::{AtHandler, Pace};

/// Blocks a thread until it is let go, and says when it begins to.
#[derive(Clone)]
struct Gate {
    began: Arc<Mutex<Sender<()>>>,
    end: Arc<Mutex<Receiver<()>>>,
}

impl Gate {
    fn new() -> (Gate, Receiver<()>, Sender<()>) {
        let ((began, begins), (ends, end)) = (channel(), channel());
        let gate = Gate {
            began: Arc::new(Mutex::new(began)),
            end: Arc::new(Mutex::new(end)),
        };
        (gate, begins, ends)
    }

    fn block(&self) {
        self.began.lock().unwrap().send(()).unwrap();
        self.end.lock().unwrap().recv().unwrap();
    }
}

/// Looks on from another thread until the handler blocks, and lets it go.
fn look_on(pace: Arc<Pace>, begins: Receiver<()>, ends: Sender<()>) -> JoinHandle<Vec<Blocked>> {
    let look = move || {
        let mut lookout = Lookout::new();
        lookout.add(&pace);
        let began = clock::now();
        assert_eq!(lookout.look(began), [], "nothing is handled yet");
        begins.recv().unwrap();
        assert_eq!(lookout.look(began), [], "it has only begun");
        let told = lookout.look(began + LONG);
        assert_eq!(lookout.look(began + LONG * 2), [], "it was told");
        assert_eq!(lookout.look(began + LONG * 100).len(), 1, "it still blocks");
        ends.send(()).unwrap();
        told
    };
    std::thread::Builder::new().spawn(look).unwrap()
}

fn expected() -> [Blocked; 1] {
    let partition = TopicPartition {
        topic: "in".into(),
        partition: 3,
    };
    let record = AtHandler {
        group: "g".to_owned(),
        worker: "echo".to_owned(),
        partition: Some(partition),
        offset: 0,
    };
    [Blocked { record, since: LONG }]
}

#[tokio::test]
async fn a_handler_that_blocks_in_its_first_poll_is_told() {
    let (gate, begins, ends) = Gate::new();
    let mut driver = driver(&Double::default(), move |_: String| {
        let gate = gate.clone();
        async move { gate.block() }
    });
    let told = look_on(driver.pace.clone(), begins, ends);
    hear(&mut driver, [assigned(3, 1), polled(3, 1, "text")]);
    assert_eq!(told.join().unwrap(), expected());
    assert_eq!(driver.pace.poll(), None, "it has ended");
}

#[tokio::test]
async fn a_handler_that_blocks_after_an_await_is_told() {
    let (gate, begins, ends) = Gate::new();
    let mut driver = driver(&Double::default(), move |_: String| {
        let gate = gate.clone();
        async move {
            tokio::task::yield_now().await;
            gate.block();
        }
    });
    let told = look_on(driver.pace.clone(), begins, ends);
    hear(&mut driver, [assigned(3, 1), polled(3, 1, "text")]);
    driver.take_ready_ended();
    assert_eq!(told.join().unwrap(), expected());
    assert_eq!(driver.finished, 1);
}

#[tokio::test]
async fn a_handler_that_blocks_where_it_was_spawned_is_told() {
    let (gate, begins, ends) = Gate::new();
    let mut driver = driver(&Double::default(), move |_: String| {
        let gate = gate.clone();
        async move { gate.block() }
    });
    driver.spawn = true;
    driver.weights[0].measured(1, LONG);
    let pace = driver.another_pace();
    driver.free_paces.push(pace.clone());
    let told = look_on(pace, begins, ends);
    hear(&mut driver, [assigned(3, 1), polled(3, 1, "text")]);
    assert_eq!(driver.free_paces.len(), 0, "the run has it");
    let ended = driver.parked.next().await.expect("it was spawned");
    driver.take_all_ended(ended);
    assert_eq!(told.join().unwrap(), expected());
    assert_eq!(driver.free_paces.len(), 1, "the next run has it");
}
