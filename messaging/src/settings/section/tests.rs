use std::collections::BTreeMap;
use std::num::NonZeroU16;

use serde::Deserialize;

use crate::settings::Sources;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Shop {
    name: String,
    port: NonZeroU16,
    #[serde(default)]
    rate: f64,
    open: Option<bool>,
    #[serde(default)]
    hosts: Vec<String>,
    size: Size,
    #[serde(default)]
    ports: BTreeMap<String, u16>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Size {
    Small,
    Large,
    Custom { width: u8 },
}

const FILE: &str = "[shop]
name = \"corner\"
port = 80
hosts = [\"a\", \"b\"]
size = { custom = { width = 3 } }
[shop.ports]
http = 80
[messaging]
";

fn sources() -> Sources {
    Sources::default().file("messaging.toml", FILE)
}

fn problems(sources: &Sources) -> Vec<String> {
    let error = sources.section::<Shop>("shop").expect_err("it has problems");
    error.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_section_is_read_by_the_layers_of_all_settings() {
    let shop: Shop = sources().section("shop").unwrap();
    assert_eq!(
        (shop.name.as_str(), shop.port.get(), shop.rate),
        ("corner", 80, 0.0)
    );
    assert_eq!(
        (shop.hosts, shop.size),
        (vec!["a".to_owned(), "b".to_owned()], Size::Custom { width: 3 })
    );

    let sources = sources()
        .dot_env("SHOP__PORT=81\nSHOP__NAME=dotted\nSHOP__RATE=1.5")
        .environment([
            ("SHOP__PORT", "82"),
            ("SHOP__OPEN", "True"),
            ("SHOP__HOSTS", "c, d"),
            ("SHOP__SIZE", "large"),
            ("SHOP__PORTS__HTTPS", "443"),
            ("SHOP__EMPTY", " "),
            ("SHOPPING__X", "1"),
        ]);
    let shop: Shop = sources.section("shop").unwrap();
    let expected = Shop {
        name: "dotted".to_owned(),
        port: NonZeroU16::new(82).unwrap(),
        rate: 1.5,
        open: Some(true),
        hosts: vec!["c".to_owned(), "d".to_owned()],
        size: Size::Large,
        ports: BTreeMap::from([("http".to_owned(), 80), ("https".to_owned(), 443)]),
    };
    assert_eq!(shop, expected);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place_and_without_values() {
    let file = "[shop]
port = 0
nmae = \"hunter2\"
rate = \"hunter2\"
size = \"huge\"
hosts = [\"a\", 5]
ports = { http = \"hunter2\", https = 70000 }
";
    let sources = Sources::default()
        .file("messaging.toml", file)
        .environment([("SHOP__OPEN", "hunter2")]);
    let all = problems(&sources);
    for expected in [
        "shop.name (default): is needed and nowhere set; write it in [shop] of the settings file, or set SHOP__NAME",
        "shop.nmae (messaging.toml:3): there is no such key; did you mean name?; allowed: name, port, rate, open, hosts, size, ports",
        "shop.rate (messaging.toml:4): found text, expected a number",
        "shop.size (messaging.toml:5): found another word; allowed: small, large, custom",
        "shop.hosts.1 (messaging.toml:6): found a whole number, expected a string",
        "shop.ports.http (messaging.toml:7): found text, expected a whole number from 0 to 65535",
        "shop.ports.https (messaging.toml:7): found a whole number, expected a whole number from 0 to 65535",
        "shop.open (environment SHOP__OPEN): found text, expected a boolean",
    ] {
        assert!(
            all.iter().any(|told| told == expected),
            "{expected}\n is not in\n{all:#?}"
        );
    }
    assert!(
        all.iter()
            .any(|told| told.starts_with("shop.port (messaging.toml:2): ")),
        "{all:#?}"
    );
    assert_eq!(all.len(), 9, "{all:#?}");
    assert!(!all.concat().contains("hunter2"), "{all:#?}");
}

#[test]
fn a_section_that_is_absent_lacks_all_that_it_needs() {
    let all = problems(&Sources::default());
    assert_eq!(all.len(), 3, "{all:#?}");
    assert_eq!(
        Sources::default()
            .section::<BTreeMap<String, u8>>("shop")
            .unwrap(),
        BTreeMap::new()
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_instead_of_what_would_be_missing() {
    let all = problems(&Sources::default().file("messaging.toml", "[shop"));
    assert_eq!(all.len(), 1, "{all:#?}");
    assert!(all[0].starts_with("messaging.toml:1: not valid TOML"), "{all:#?}");
}
