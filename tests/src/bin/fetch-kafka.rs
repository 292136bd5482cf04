//! Downloads the Kafka of the tests ahead of them, so that no test has to wait for it.

fn main() -> anyhow::Result<()> {
    println!("{}", messaging_tests::kafka::jars()?.display());
    Ok(())
}
