//! The first brokers to ask.

use std::fmt;
use std::num::NonZeroU16;

use super::setting::{Limits, Refusal, Setting};
use super::value::SettingValue;

/// The first brokers to ask, `host` or `host:port` each; `Display` joins them by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Servers(Vec<String>);

impl Servers {
    /// Each of them, at least one.
    pub fn as_slice(&self) -> &[String] {
        &self.0
    }

    pub(super) fn one(server: &str) -> Self {
        Self(vec![server.to_owned()])
    }

    fn from_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Result<Self, Refusal> {
        let servers: Vec<String> = parts.into_iter().map(|part| part.trim().to_owned()).collect();
        match servers.iter().find(|server| !is_server(server)) {
            Some(wrong) => Err(Refusal::Because(format!(
                "in which {wrong:?} is no host or host:port"
            ))),
            None if servers.is_empty() => Err(Refusal::NotAllowed),
            None => Ok(Self(servers)),
        }
    }
}

/// The host itself is the resolver's to judge; what is caught here is what it would report as something else.
fn is_server(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        // The last colon of an address in brackets may be one of its own.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let host_is_fine = !host.is_empty()
        && !host.contains(|c: char| c.is_whitespace() || c == '/')
        && (bracketed || !host.contains(':'));
    host_is_fine && port.is_none_or(|port| port.parse::<NonZeroU16>().is_ok())
}

impl fmt::Display for Servers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

impl Setting for Servers {
    fn allowed(_: Option<&Limits>) -> String {
        "host:port, several by commas or as a list".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Refusal> {
        Self::from_parts(text.split(','))
    }

    fn from_value(value: &SettingValue) -> Result<Self, Refusal> {
        match value {
            SettingValue::Text(text) => Self::from_text(text),
            SettingValue::List(items) => {
                let texts: Option<Vec<&str>> = items.iter().map(as_text).collect();
                Self::from_parts(texts.ok_or(Refusal::NotAllowed)?)
            }
            _ => Err(Refusal::NotAllowed),
        }
    }

    fn show(&self) -> Option<String> {
        Some(self.to_string())
    }
}

fn as_text(value: &SettingValue) -> Option<&str> {
    match value {
        SettingValue::Text(text) => Some(text),
        _ => None,
    }
}
