//! Keys of a topic's configuration, as arguments.

/// The key and the value of `KEY=VALUE`.
///
/// # Errors
/// What to write instead.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(key, _)| !key.is_empty());
    let (key, value) =
        parts.ok_or("write the key, an equals sign and the value, such as retention.ms=86400000")?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_has_a_key_and_may_have_equals_signs_in_its_value() {
        let read = |text| pair(text).ok();
        let pair = |key: &str, value: &str| Some((key.to_owned(), value.to_owned()));
        assert_eq!(read("retention.ms=1"), pair("retention.ms", "1"));
        assert_eq!(read("a=b=c"), pair("a", "b=c"));
        assert_eq!(read("a="), pair("a", ""));
        assert_eq!((read("a"), read("=b")), (None, None));
    }
}
