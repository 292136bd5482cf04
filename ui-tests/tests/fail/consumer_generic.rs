// at `T`: make each with `ConsumerSpec::of`
use messaging::consumer;

struct Shop<T>(T);

#[consumer("shop", topics = ["orders"])]
impl<T> Shop<T> {
    #[on_event("paid")]
    async fn paid(&self, order: String) {
        drop(order);
    }
}

fn main() {}
