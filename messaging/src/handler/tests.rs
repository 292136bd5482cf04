use std::sync::Mutex;

use futures_util::stream::StreamExt;

use super::*;
use crate::extract::{Attempt, Instance, State, States};
use crate::outcome::{HandlerError, Reason};
use crate::producer::Producer;
use crate::record::{Record, RecordBatch};

type Seen = Arc<Mutex<Vec<(String, u32)>>>;

fn context(states: States) -> Context {
    Context::new(
        Arc::new(states),
        Producer::new(None, crate::settings::Settings::default(), None),
    )
}

fn with<T: Send + Sync + 'static>(value: T) -> Context {
    let mut states = States::default();
    states.slot().set(value);
    context(states)
}

fn run_of(values: &[&str]) -> Vec<Delivery> {
    let mut batch = RecordBatch::builder("in".into(), 0);
    for (offset, value) in values.iter().enumerate() {
        batch.push(offset as i64, None, None, Some(value.as_bytes()));
    }
    let batch = batch.finish();
    (0..values.len())
        .map(|index| Delivery::new(Record::new(&batch, index), 1))
        .collect()
}

fn reason(outcome: &Outcome) -> Option<Reason> {
    match outcome {
        Outcome::Done(_) => None,
        Outcome::Failed(failure) => Some(failure.reason),
        Outcome::Unknown(_) => None,
    }
}

async fn note(text: String, Attempt(attempt): Attempt, State(seen): State<Seen>) {
    assert_ne!(text, "panic");
    if text == "hang" {
        std::future::pending::<()>().await;
    }
    seen.lock().unwrap().push((text, attempt));
}

#[test]
fn everything_that_is_missing_is_told() {
    async fn greedy(_: String, _: State<u8>, _: Attempt, _: State<u16>, _: Instance<u32>, _: State<i64>) {}
    let missing = erase(greedy, None, &with(7_u16)).err().expect("most is missing");
    let told: Vec<String> = missing.iter().map(ToString::to_string).collect();
    let state = |name| {
        format!(
            "no state of type `{name}` is provided; add `.state(value)` or `.provide(make)` with a `{name}` to the App"
        )
    };
    let instance = "there is no instance of `u32`, whose methods are handlers; add `.state(value)` or `.provide(make)` with a `u32` to the App, or derive `Default` for it";
    assert_eq!(told, [state("u8"), instance.to_owned(), state("i64")]);
}

#[test]
fn a_value_that_comes_later_is_not_missing() {
    let mut states = States::default();
    let _ = states.slot::<Seen>();
    assert!(erase(note, None, &context(states)).is_ok());
}

#[tokio::test]
async fn a_record_is_not_touched_before_the_outcome_of_the_last_was_taken() {
    let seen = Seen::default();
    let handler = erase(note, None, &with(seen.clone())).expect("nothing is missing");
    let mut run = handler.run(run_of(&["a", "b", "c"]));
    assert_eq!(seen.lock().unwrap().len(), 0);
    assert!(matches!(run.next().await, Some(Outcome::Done(outputs)) if outputs.is_empty()));
    assert_eq!(*seen.lock().unwrap(), [("a".to_owned(), 1)]);
    drop(run);
    assert_eq!(seen.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_timeout_end_one_record_of_a_run() {
    let seen = Seen::default();
    let context = with(seen.clone()).for_worker(Some(Duration::from_secs(1)), None, false);
    let handler = erase(note, None, &context).expect("nothing is missing");
    let outcomes: Vec<Outcome> = handler.run(run_of(&["a", "panic", "hang", "b"])).collect().await;
    let reasons: Vec<_> = outcomes.iter().map(reason).collect();
    assert_eq!(reasons, [None, Some(Reason::Panic), Some(Reason::Timeout), None]);
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_batch_is_one_call_and_answers_for_each_record() {
    async fn all(batch: Batch<String>, State(seen): State<Seen>) -> Vec<Result<String, HandlerError>> {
        seen.lock()
            .unwrap()
            .push((batch.iter().cloned().collect::<Vec<_>>().concat(), 1));
        let answer = |text: String| {
            if text == "b" {
                Err(HandlerError::reject("b"))
            } else {
                Ok(text)
            }
        };
        batch.into_iter().map(answer).collect()
    }
    let seen = Seen::default();
    let handler = erase(all, None, &with(seen.clone())).expect("nothing is missing");
    assert!(handler.is_batch());
    let outcomes: Vec<Outcome> = handler.run(run_of(&["a", "b", "c"])).collect().await;
    assert_eq!(
        outcomes.iter().map(reason).collect::<Vec<_>>(),
        [None, Some(Reason::Rejected), None]
    );
    assert_eq!(*seen.lock().unwrap(), [("abc".to_owned(), 1)]);
}

#[tokio::test]
async fn a_batch_of_which_nothing_can_be_read_calls_nobody() {
    async fn all(_: Batch<crate::Json<u32>>) {
        panic!("there is nothing to handle");
    }
    let handler = erase(all, None, &context(States::default())).expect("nothing is missing");
    let outcomes: Vec<Outcome> = handler.run(run_of(&["a", "b"])).collect().await;
    assert_eq!(
        outcomes.iter().map(reason).collect::<Vec<_>>(),
        [Some(Reason::Decode); 2]
    );
}

#[tokio::test]
async fn a_decoder_that_panics_is_a_panic() {
    #[derive(Debug)]
    struct Brittle;
    impl Payload for Brittle {
        fn encode(
            &self,
            _: crate::payload::Format,
            _: &mut Vec<u8>,
        ) -> Result<(), crate::payload::EncodeError> {
            Ok(())
        }
        fn decode(_: crate::payload::Format, _: &[u8]) -> Result<Self, crate::payload::DecodeError> {
            panic!("it broke")
        }
        fn formats() -> &'static [crate::payload::Format] {
            &[crate::payload::Format::Raw]
        }
    }
    async fn one(_: Brittle) {}
    async fn many(_: Batch<Brittle>) {}
    let empty = context(States::default());
    for handler in [erase(one, None, &empty), erase(many, None, &empty)] {
        let outcomes: Vec<Outcome> = handler
            .expect("nothing is missing")
            .run(run_of(&["a"]))
            .collect()
            .await;
        assert_eq!(
            outcomes.iter().map(reason).collect::<Vec<_>>(),
            [Some(Reason::Panic)]
        );
    }
}

#[tokio::test]
async fn classify_reads_the_error_before_it_is_boxed() {
    async fn fails(_: String) -> Result<(), std::io::Error> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    let judge = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Verdict::Skip,
        _ => Verdict::Retry,
    };
    let handler = erase(fails, Some(judge), &context(States::default())).expect("nothing is missing");
    let outcome = handler.run(run_of(&["a"])).next().await;
    assert!(matches!(
        outcome,
        Some(Outcome::Failed(Failure {
            verdict: Verdict::Skip,
            ..
        }))
    ));
}
