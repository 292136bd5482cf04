//! Structs, enums and generic types, there and back.

use std::fmt::Debug;

use messaging::payload::Format;
use messaging::Payload;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize, Payload)]
struct Unit;

#[derive(Debug, PartialEq, Serialize, Deserialize, Payload)]
struct Tuple(u8, String);

#[derive(Debug, PartialEq, Serialize, Deserialize, Payload)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Change {
    Set { to: u64 },
    Cleared,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Payload)]
#[serde(bound = "T: Serialize + DeserializeOwned")]
struct Page<T: Clone, const N: usize = 1>
where
    T: Debug,
{
    items: Vec<T>,
}

fn there_and_back<T: Payload + PartialEq + Debug>(value: T, json: &str) {
    let mut bytes = Vec::new();
    value.encode(Format::Json, &mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes.clone()).unwrap(), json);
    assert_eq!(T::decode(Format::Json, &bytes).unwrap(), value);
}

fn main() {
    there_and_back(Unit, "null");
    there_and_back(Tuple(1, "a".into()), "[1,\"a\"]");
    there_and_back(Change::Set { to: 7 }, "{\"kind\":\"set\",\"to\":7}");
    there_and_back(Change::Cleared, "{\"kind\":\"cleared\"}");
    there_and_back(Page::<u8, 3> { items: vec![1, 2] }, "{\"items\":[1,2]}");
    assert!(Tuple::decode(Format::Json, b"[]").is_err());
}
