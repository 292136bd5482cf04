// at `kind`: expected `std::io::Error`, found `std::fmt::Error`
use messaging::consumer;

fn kind(_: &std::io::Error) -> messaging::Verdict {
    messaging::Verdict::Retry
}

struct Shop;

#[consumer("shop", topics = ["orders"])]
impl Shop {
    #[on_event("paid", classify = kind)]
    async fn paid(&self, order: String) -> Result<(), std::fmt::Error> {
        drop(order);
        Ok(())
    }
}

fn main() {}
