use std::time::Duration;

use super::error::judge;
use super::*;
use crate::message::Message;

#[derive(Debug, thiserror::Error)]
enum Domain {
    #[error("gateway")]
    Gateway(#[from] HandlerError),
    #[error("other")]
    Other,
}

fn verdict<E: Into<BoxError> + 'static>(error: E) -> Verdict {
    judge(error, None).verdict
}

#[test]
fn a_handler_error_is_found_wherever_it_is() {
    let boxed: BoxError = HandlerError::skip("seen").into();
    assert_eq!(verdict(HandlerError::reject("no")), Verdict::Reject);
    assert_eq!(verdict(Domain::from(HandlerError::reject("no"))), Verdict::Reject);
    assert_eq!(verdict(boxed), Verdict::Skip);
    assert_eq!(verdict(Domain::Other), Verdict::Retry);
    let later = Duration::from_secs(3);
    assert_eq!(
        verdict(HandlerError::retry_after(later)),
        Verdict::RetryAfter(later)
    );
}

#[test]
fn a_handler_error_says_why_and_keeps_its_cause() {
    let down = || std::io::Error::other("connection refused");
    let later = HandlerError::retry_after(Duration::from_secs(30)).because("the gateway is down");
    let told = |error: HandlerError| describe(&error);
    assert_eq!(later.verdict(), Verdict::RetryAfter(Duration::from_secs(30)));
    assert_eq!(told(later), "the gateway is down");
    let retried = HandlerError::retry("no gateway").caused_by(down());
    assert_eq!(verdict_of(&retried), Verdict::Retry);
    assert_eq!(told(retried), "no gateway: connection refused");
    assert_eq!(
        told(HandlerError::reject("no").caused_by("text alone")),
        "no: text alone"
    );
}

#[test]
fn any_error_becomes_a_handler_error() {
    let publish = || -> Result<(), HandlerError> {
        Err(crate::Error::new(crate::error::Kind::Usage(
            "not connected".into(),
        )))?
    };
    let error = publish().unwrap_err();
    assert_eq!(verdict_of(&error), Verdict::Retry);
    assert_eq!(
        describe(&error).matches("not connected").count(),
        1,
        "said once: {error}"
    );

    let of = |boxed: BoxError| HandlerError::from(boxed);
    let own = of(HandlerError::skip("seen").into());
    assert_eq!(
        (verdict_of(&own), describe(&own)),
        (Verdict::Skip, "seen".to_owned())
    );
    let inside = of(Domain::from(HandlerError::reject("stolen")).into());
    assert_eq!(
        (verdict_of(&inside), describe(&inside)),
        (Verdict::Reject, "gateway: stolen".to_owned())
    );
    assert_eq!(verdict_of(&of("text".into())), Verdict::Retry);
}

fn verdict_of(error: &HandlerError) -> Verdict {
    error.verdict()
}

#[cfg(feature = "anyhow")]
#[test]
fn anyhow_does_not_hide_it() {
    use anyhow::Context;
    let plain = || -> anyhow::Result<()> { Err(HandlerError::reject("no"))? };
    assert_eq!(verdict(plain().unwrap_err()), Verdict::Reject);
    assert_eq!(
        verdict(plain().context("while charging").unwrap_err()),
        Verdict::Reject
    );
    let as_context = Err::<(), _>(std::io::Error::other("x")).context(HandlerError::skip("fine"));
    assert_eq!(verdict(as_context.unwrap_err()), Verdict::Skip);
    assert_eq!(verdict(anyhow::anyhow!("x")), Verdict::Retry);
}

#[test]
fn classify_sees_the_error_itself() {
    let classify: Classify<Domain> = Some(|e| {
        if matches!(e, Domain::Other) {
            Verdict::Reject
        } else {
            Verdict::Retry
        }
    });
    let answer: Result<(), Domain> = Err(Domain::Other);
    let failure = answer.into_outcome(&mut Outbox::default(), classify).unwrap_err();
    assert_eq!(
        (failure.verdict, failure.reason),
        (Verdict::Reject, Reason::Rejected)
    );
}

#[test]
fn none_publishes_nothing_and_a_list_each_entry() {
    let outputs = |outcome| match outcome {
        Outcome::Done(outputs) => outputs.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(outputs(outcome_of(None::<String>, None, None)), 0);
    assert_eq!(
        outputs(outcome_of(vec!["a".to_owned(), "b".to_owned()], None, None)),
        2
    );
    assert_eq!(
        outputs(outcome_of(Message::<String>::tombstone("k"), None, None)),
        1
    );
}

#[test]
fn an_unwritable_answer_is_a_refused_output() {
    let map = std::collections::BTreeMap::from([(vec![1], 1)]);
    let Outcome::Failed(failure) = outcome_of(crate::payload::Json(map), None, None) else {
        panic!("it was written")
    };
    assert_eq!(
        (failure.verdict, failure.reason),
        (Verdict::Reject, Reason::Output)
    );
}

#[test]
fn a_batch_of_the_wrong_length_fails_as_a_whole() {
    let answer: Vec<Result<(), Domain>> = vec![Ok(())];
    let outcomes = answer.into_outcomes(2, None, None);
    assert!(
        outcomes
            .iter()
            .all(|o| matches!(o, Outcome::Failed(f) if f.error.to_string().contains("1 results for 2")))
    );
    assert_eq!(outcomes.len(), 2);
}

#[test]
fn causes_are_said_once() {
    let error = Domain::from(HandlerError::reject("the card is stolen"));
    assert_eq!(describe(&error), "gateway: the card is stolen");
}

#[test]
fn a_long_error_is_cut_at_a_character() {
    let long = std::io::Error::other("é".repeat(dlq::ERROR_LIMIT));
    assert_eq!(in_brief(&long).len(), dlq::ERROR_LIMIT);
    let odd = std::io::Error::other(format!("e{}", "é".repeat(dlq::ERROR_LIMIT)));
    assert_eq!(in_brief(&odd).len(), dlq::ERROR_LIMIT - 1);
    assert_eq!(in_brief(&Domain::Other), "other");
}
