//! Workers in nested modules, inside functions, in other visibilities, with raw names, and made by `macro_rules`.

use messaging::worker;

mod outer {
    pub mod inner {
        #[messaging::worker(topic = "a")]
        pub(in crate::outer) async fn nested(text: String) {
            drop(text);
        }
    }
}

#[worker(topic = "b")]
async fn r#match(text: String) {
    drop(text);
}

macro_rules! workers {
    ($($name:ident: $input:ty => $topic:expr;)*) => {
        $(#[worker(topic = $topic, concurrency = 1 + 1)]
        async fn $name(input: $input) {
            drop(input);
        })*
    };
}
workers! {
    made: String => "c";
    made_too: messaging::Batch<String> => concat!("d", "");
}

fn main() {
    #[worker(topic = "e")]
    async fn local(text: String) {
        drop(text);
    }

    let workers = messaging::get_all_workers();
    let mut found: Vec<(&str, &str)> = workers.iter().map(|w| (w.topic(), w.name())).collect();
    found.sort();
    assert_eq!(found, [("a", "nested"), ("b", "match"), ("c", "made"), ("d", "made_too"), ("e", "local")]);
}
