// at `verdict`: expected fn pointer
use messaging::{HandlerError, Verdict, worker};

fn verdict(_: &std::io::Error) -> Verdict {
    Verdict::Skip
}

#[worker(topic = "orders", classify = verdict)]
async fn charge(order: String) -> Result<(), HandlerError> {
    Err(HandlerError::skip(order))
}

fn main() {}
