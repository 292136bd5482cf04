use super::*;
use crate::record::RecordBatch;

fn record(key: Option<&[u8]>, value: Option<&[u8]>, headers: &[(&str, Option<&[u8]>)]) -> Record {
    let mut batch = RecordBatch::builder("orders".into(), 3);
    batch.push(12, Some(1_705_314_600_000), key, value);
    headers
        .iter()
        .for_each(|(name, value)| batch.push_header(name, *value));
    Record::new(&batch.finish(), 0)
}

#[test]
fn a_line_has_all_of_a_record() {
    let shown = line(
        &record(Some(b"7"), Some(b"{\"a\":1}"), &[("b", Some(b"c")), ("n", None)]),
        true,
    );
    let expected = "[3]@12  2024-01-15T10:30:00.000Z  key \"7\"  b=\"c\"  n=null  {\"a\":1}";
    assert_eq!(shown, expected);
}

#[test]
fn nothing_and_empty_and_no_text_are_told_apart() {
    for (value, end) in [
        (None, "key null  (tombstone)"),
        (Some(&b""[..]), "key null  "),
        (Some(&[0xff, 0x00]), "key null  base64:/wA="),
        (Some(b"a\x1b[2J\nb"), "key null  a\\u{1b}[2J\\nb"),
    ] {
        let shown = line(&record(None, value, &[]), false);
        assert!(shown.ends_with(end), "{shown}");
    }
}

#[test]
fn only_a_terminal_gets_it_shortened() {
    let long = "é".repeat(300);
    let record = record(Some(long.as_bytes()), Some(long.as_bytes()), &[]);
    assert_eq!(line(&record, false).matches('é').count(), 600);
    let short = line(&record, true);
    assert_eq!(short.matches('é').count(), 400);
    assert!(short.ends_with("é… (600 bytes)"), "{short}");
}

#[test]
fn every_byte_survives_json() {
    let no_text: &[u8] = &[0xff, 0x00, 0x0a];
    let headers: &[(&str, Option<&[u8]>)] = &[
        ("a", Some(no_text)),
        ("a", None),
        ("a", Some(b"")),
        ("é", Some("ü".as_bytes())),
    ];
    for (key, value) in [
        (None, None),
        (Some(no_text), Some(no_text)),
        (Some(&b""[..]), Some(&b"\"\n"[..])),
    ] {
        let record = record(key, value, headers);
        let json = serde_json::to_string(&JsonRecord::of(&record)).unwrap();
        assert!(!json.contains('\n'), "{json}");
        let parts = serde_json::from_str::<JsonRecord>(&json)
            .unwrap()
            .parts()
            .unwrap();
        assert_eq!((parts.key.as_deref(), parts.value.as_deref()), (key, value));
        assert!(parts.headers.iter().eq(headers.iter().copied()), "{json}");
    }
}

#[test]
fn what_is_wrong_with_an_object_is_said() {
    for (json, why) in [
        (r#"{"key":"a"}"#, "no \"value\"; a tombstone"),
        (r#"{"value":"a","value_base64":"YQ=="}"#, "both \"value\" and"),
        (r#"{"value_base64":"!"}"#, "\"value_base64\" is not base64"),
        (r#"{"valeu":"a"}"#, "unknown field `valeu`"),
        (r#"{"value":7}"#, "invalid type"),
    ] {
        let read = serde_json::from_str::<JsonRecord>(json).map_err(|error| error.to_string());
        let error = read.and_then(JsonRecord::parts).unwrap_err();
        assert!(error.contains(why), "{json}: {error}");
    }
}
