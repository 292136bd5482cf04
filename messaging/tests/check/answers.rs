//! What is returned, and has nowhere to go.

use messaging::{App, Batch, Message, WorkerSpec};

use crate::offenders::place;
use crate::support::{of, on_memory};

#[test]
fn an_answer_without_a_topic_to_go_to() {
    assert_eq!(
        of(&["answers_nowhere"]),
        [format!(
            "worker \"answers_nowhere\" returns something to publish and has no output topic; add `output_topic = \"…\"`, or return a `Message` with a topic, or `()` ({})",
            place("answers_nowhere")
        )]
    );
}

#[test]
fn which_answers_need_an_output_topic() {
    type Or<T> = Result<T, std::fmt::Error>;
    macro_rules! told {
        ($input:ty => $answer:ty) => {{
            async fn handler(_: $input) -> $answer {
                unreachable!("it is only checked")
            }
            let spec = || WorkerSpec::of("w", "in", handler);
            let check = |spec| on_memory(App::empty().worker(spec)).check();
            check(spec().output_topic("out")).expect("it has an output topic");
            check(spec()).is_err()
        }};
    }
    let needed = [
        told!(String => String),
        told!(String => Option<String>),
        told!(String => Vec<String>),
        told!(String => Or<String>),
        told!(String => Or<Option<Vec<String>>>),
        told!(Batch<String> => Vec<Or<String>>),
    ];
    assert_eq!(needed, [true; 6]);
    let not_needed = [
        told!(String => ()),
        told!(String => Or<()>),
        told!(String => Message<String>),
        told!(String => Option<Message<String>>),
        told!(String => Or<Vec<Message<String>>>),
        told!(Batch<String> => ()),
        told!(Batch<String> => Or<()>),
        told!(Batch<String> => Vec<Or<()>>),
        told!(Batch<String> => Vec<Or<Message<String>>>),
    ];
    assert_eq!(not_needed, [false; 9]);
}
