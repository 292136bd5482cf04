//! What people see: the description of every key and the table in the documentation.

use super::*;
use crate::settings::keys::KEYS;

#[test]
fn a_description_tells_value_place_default_and_meaning() {
    let settings = load(&Sources::default().environment([("KAFKA_LINGER_MS", "5")]));
    let row = settings
        .describe()
        .find(|row| row.key == "kafka_linger_ms")
        .expect("it is a key");
    assert_eq!(row.value.as_deref(), Some("5"));
    assert_eq!(row.default.as_deref(), Some("0"));
    assert_eq!(row.layer, Layer::Environment);
    assert_eq!(row.origin.to_string(), "environment KAFKA_LINGER_MS");
    assert_eq!(row.allowed, "whole milliseconds from 0 to 900000");
    assert_eq!(row.doc, "How long a message waits for others to share its batch");
}

#[test]
fn the_table_has_one_row_of_five_cells_for_each_key() {
    let table = Settings::docs_table();
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(rows.len(), KEYS.len());
    for (row, key) in rows.iter().zip(KEYS) {
        assert!(
            row.starts_with(&format!("| `{}` | `{}` |", key.name, key.environment())),
            "{row}"
        );
        assert_eq!(row.matches('|').count(), 6, "{row}");
        assert!(!row.contains("  "), "{row}");
    }
    let row = "| `kafka_security_protocol` | `KAFKA_SECURITY_PROTOCOL` | `PLAINTEXT` | PLAINTEXT, SSL, \
               SASL_PLAINTEXT, SASL_SSL | How connections are secured |";
    assert!(rows.contains(&row), "{table}");
    assert!(table.contains("| `service` | `SERVICE` | unset |"), "{table}");
}

#[test]
fn keys_are_unique_and_every_rule_speaks_about_keys() {
    let mut names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), KEYS.len());
    let mut of_rules = crate::settings::rules::RULES.iter().flat_map(|rule| rule.keys);
    assert!(of_rules.all(|name| names.contains(name)));
}
