use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const SOON: Duration = Duration::from_secs(60);

/// Notes each token that it takes.
struct Client(Mutex<Sender<(String, i64)>>);

impl Client {
    fn new() -> (Arc<Client>, Receiver<(String, i64)>) {
        let (noted, notes) = mpsc::channel();
        (Arc::new(Client(Mutex::new(noted))), notes)
    }
}

impl Bearer for Client {
    fn bear(&self, token: &Token, until: i64) -> Result<(), String> {
        let value = token.value.expose().to_owned();
        if value == "refused" {
            return Err("it has no dots".to_owned());
        }
        let _ = lock(&self.0).send((value, until));
        Ok(())
    }
}

/// Gives the tokens `1`, `2`, … and at those numbers does what is said instead.
fn counting(valid_for: Duration, otherwise: &'static [(usize, &'static str)]) -> Tokens {
    let count = AtomicUsize::new(0);
    Tokens::new(move || {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        let instead = otherwise.iter().find(|(at, _)| *at == number);
        let value = instead.map_or_else(|| number.to_string(), |(_, what)| (*what).to_owned());
        async move {
            match &*value {
                "fail" => Err(std::io::Error::other("the server is down")),
                "panic" => panic!("as asked"),
                _ => Ok(Token::new(value, valid_for)),
            }
        }
    })
}

fn values(notes: &Receiver<(String, i64)>, count: usize) -> Vec<String> {
    let next = || notes.recv_timeout(SOON).expect("another token").0;
    (0..count).map(|_| next()).collect()
}

#[test]
fn every_client_gets_the_token_and_each_new_one_before_it_is_over() {
    let tokens = counting(Duration::from_millis(2_600), &[]);
    let (first, to_first) = Client::new();
    Tokens::keep(Some(&tokens), &first).unwrap();
    let (value, until) = to_first.recv_timeout(SOON).unwrap();
    let now = today().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let left = i128::from(until) - i128::try_from(now).unwrap();
    assert_eq!(value, "1");
    assert!((0..=2_600).contains(&left), "{left} ms");
    while lock(&tokens.0.held).last.is_none() {
        std::thread::yield_now();
    }
    assert_eq!(tokens.lack(), None);

    let (second, to_second) = Client::new();
    Tokens::keep(Some(&tokens), &second).unwrap();
    assert_eq!(
        values(&to_second, 2),
        ["1", "2"],
        "what is known at once, then the next"
    );
    assert_eq!(values(&to_first, 1), ["2"]);
}

#[test]
fn after_an_error_a_panic_and_a_token_that_is_not_taken_it_is_asked_again() {
    for (instead, told) in [
        (
            "fail",
            "the function that gives tokens failed: the server is down",
        ),
        ("panic", "the function that gives tokens failed: it panicked"),
        (
            "refused",
            "the function that gives tokens failed: librdkafka does not take the token: it has no dots",
        ),
    ] {
        let first = Box::leak(Box::new([(1, instead)]));
        let tokens = counting(SOON, first);
        let unanswered = "the function that gives tokens has not answered yet";
        assert_eq!(tokens.lack().as_deref(), Some(unanswered));
        let (client, given) = Client::new();
        Tokens::keep(Some(&tokens), &client).unwrap();
        let mut lack = tokens.lack();
        while lack.as_deref() == Some(unanswered) {
            std::thread::yield_now();
            lack = tokens.lack();
        }
        assert_eq!(lack.as_deref(), Some(told));
        let refused = |code| Tokens::may_mend(Some(&tokens), &KafkaError::Global(code));
        assert!(refused(RDKafkaErrorCode::Authentication));
        assert!(!refused(RDKafkaErrorCode::TopicAuthorizationFailed));
        assert_eq!(values(&given, 1), ["2"]);
        while tokens.lack().is_some() {
            std::thread::yield_now();
        }
        assert!(
            refused(RDKafkaErrorCode::Authentication),
            "it may be of the old one"
        );
    }
}

#[test]
fn a_function_that_hangs_is_left_and_called_again() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let (_held, blocks) = mpsc::channel::<()>();
    let blocks = Arc::new(Mutex::new(blocks));
    let source = TokenSource::new(move || {
        let (number, blocks) = (counted.fetch_add(1, Ordering::Relaxed), blocks.clone());
        async move {
            match number {
                0 => std::future::pending().await,
                // Not at an await: the thread itself is held.
                1 => drop(lock(&blocks).recv()),
                _ => {}
            }
            Ok::<_, std::io::Error>(Token::new("late", SOON))
        }
    });
    let mut asking = Asking::new(source);
    asking.patience = Duration::from_millis(20);
    for _ in 0..2 {
        assert_eq!(
            asking.ask().unwrap_err().to_string(),
            "it did not answer within 20ms"
        );
    }
    asking.patience = SOON;
    assert_eq!(asking.ask().unwrap().value.expose(), "late");
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[test]
fn a_client_that_is_gone_gets_none_and_the_last_one_ends_the_thread() {
    let tokens = counting(Duration::from_millis(10), &[]);
    let (client, given) = Client::new();
    Tokens::keep(Some(&tokens), &client).unwrap();
    assert_eq!(values(&given, 1), ["1"]);
    drop(client);
    let end = now() + SOON;
    while lock(&tokens.0.held).thread.is_some() {
        assert!(now() < end, "the thread goes on");
        std::thread::yield_now();
    }
    let (next, given) = Client::new();
    Tokens::keep(Some(&tokens), &next).unwrap();
    assert_eq!(values(&given, 1).len(), 1, "another thread");
}

#[test]
fn a_token_without_an_end_is_taken() {
    let tokens = counting(Duration::MAX, &[]);
    let (client, given) = Client::new();
    Tokens::keep(Some(&tokens), &client).unwrap();
    assert_eq!(values(&given, 1), ["1"]);
}

#[test]
fn who_is_refused_with_a_token_that_came_in_time_is_refused() {
    let mut held = Held::default();
    let mut at = |valid_for| {
        held.take(Dated {
            token: Arc::new(Token::new("t", valid_for)),
            until: today() + valid_for,
        });
        held.late.take().is_some()
    };
    assert!(at(SOON), "the first was waited for");
    assert!(!at(Duration::ZERO));
    assert!(at(SOON), "the one before was over");
    assert!(!at(SOON));
}
