//! Every key from every layer, and who wins.

use super::samples::{self, as_text};
use super::*;
use crate::settings::keys::KEYS;

/// Puts a value, as written in TOML, into the layer.
fn put(sources: Sources, layer: Layer, key: &str, toml: &str) -> Sources {
    let text = as_text(toml);
    match layer {
        Layer::Code => sources.code([(key, text)]),
        Layer::Environment => sources.environment([(key.to_ascii_uppercase(), text)]),
        Layer::Process => sources.values(&Origin::Process, [(key, text)]),
        Layer::DotEnv => sources.dot_env(&format!("{}='{text}'", key.to_ascii_uppercase())),
        Layer::File => sources.file("messaging.toml", &format!("[messaging]\n{key} = {toml}")),
        Layer::AppDefaults => sources.app_defaults([(key, text)]),
        Layer::Default => sources,
    }
}

/// The value itself, also of a secret.
fn value(settings: &Settings, key: &str) -> Option<String> {
    match key {
        "kafka_sasl_password" => settings
            .kafka_sasl_password
            .as_ref()
            .map(|secret| secret.expose().to_owned()),
        _ => shown(settings, key),
    }
}

const GIVEN: &[Layer] = &[
    Layer::Code,
    Layer::Process,
    Layer::Environment,
    Layer::DotEnv,
    Layer::File,
    Layer::AppDefaults,
];

/// What else has to be said for the samples of this key to break no rule.
fn base(key: &str) -> Sources {
    Sources::default().app_defaults(samples::companions(key).iter().copied())
}

#[test]
fn every_key_takes_a_value_from_every_layer() {
    for key in KEYS {
        for &layer in GIVEN {
            for good in samples::of(key.name).good {
                let settings = load(&put(base(key.name), layer, key.name, good));
                assert_eq!(
                    value(&settings, key.name),
                    Some(as_text(good)),
                    "{} from {layer}",
                    key.name
                );
                assert_eq!(settings.layer(key.name), Some(layer), "{}", key.name);
            }
        }
    }
}

#[test]
fn of_two_neighbouring_layers_the_upper_one_counts_whichever_came_first() {
    for key in KEYS {
        let [above, below] = samples::of(key.name).good;
        for pair in GIVEN.windows(2) {
            let [upper, lower] = [(pair[0], above), (pair[1], below)];
            for order in [[upper, lower], [lower, upper]] {
                let put_all = |all, (layer, toml)| put(all, layer, key.name, toml);
                let settings = load(&order.into_iter().fold(base(key.name), put_all));
                assert_eq!(value(&settings, key.name), Some(as_text(above)), "{}", key.name);
                assert_eq!(
                    settings.layer(key.name),
                    Some(upper.0),
                    "{} over {}",
                    key.name,
                    lower.0
                );
            }
        }
    }
}

#[test]
fn without_any_layer_a_key_has_its_default() {
    let settings = load(&Sources::default());
    for row in settings.describe() {
        assert_eq!(
            (row.layer, &row.value),
            (Layer::Default, &row.default),
            "{}",
            row.key
        );
    }
    assert_eq!(*settings, Values::default());
}

#[test]
fn in_one_layer_the_later_value_counts() {
    let sources = Sources::default()
        .code([("service", "one")])
        .code([("service", "two")]);
    assert_eq!(load(&sources).service.as_deref(), Some("two"));
}

#[test]
fn a_variable_that_is_empty_counts_as_unset() {
    let sources = Sources::default()
        .environment([("MESSAGE_BROKER", ""), ("SERVICE", " ")])
        .app_defaults([("message_broker", "memory")]);
    let settings = load(&sources);
    assert_eq!(settings.message_broker, MessageBroker::Memory);
    assert_eq!(settings.layer("service"), Some(Layer::Default));
}

#[test]
fn a_key_that_does_not_exist_has_no_layer() {
    assert_eq!(load(&Sources::default()).layer("kafka_lingr_ms"), None);
}

#[test]
fn for_a_worker_the_operator_stands_above_the_source() {
    let order = [
        WorkerLayer::Environment,
        WorkerLayer::DotEnv,
        WorkerLayer::File,
        WorkerLayer::Spec,
        WorkerLayer::Setting(Layer::Code),
        WorkerLayer::Default,
    ];
    for first in 0..order.len() {
        // Weakest first, so that it is the layer that decides and not the order of the candidates.
        let candidates = order.iter().enumerate().rev();
        let candidates = candidates.map(|(i, layer)| (*layer, (i >= first).then_some(i)));
        let expected = Resolved {
            value: first,
            layer: order[first],
        };
        assert_eq!(Resolved::pick(candidates), Some(expected));
    }
    assert_eq!(Resolved::<u8, Layer>::pick([(Layer::Code, None)]), None);
}

#[test]
fn the_layers_are_ordered_strongest_first() {
    assert!(Layer::ALL.is_sorted());
    assert_eq!(&Layer::ALL[..6], GIVEN);
}
