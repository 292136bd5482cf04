//! The pages of `docs`, for rustdoc's tests alone: what they show compiles, and what can run does.

macro_rules! pages {
    ($($page:ident: $file:literal;)+) => {
        $(#[doc = include_str!(concat!("../../docs/", $file))]
        mod $page {})+
    };
}

pages! {
    consumers: "consumers.md";
    delivery_semantics: "delivery-semantics.md";
    errors_and_retries: "errors-and-retries.md";
    from_celery: "from-celery.md";
    from_faststream: "from-faststream.md";
    from_python: "from-python.md";
    from_spring_kafka: "from-spring-kafka.md";
    getting_started: "getting-started.md";
    in_production: "in-production.md";
    producing: "producing.md";
    settings_guide: "settings-guide.md";
    testing: "testing.md";
    troubleshooting: "troubleshooting.md";
    workers: "workers.md";
}
