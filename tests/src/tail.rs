//! The last lines of a log file, for the message of a test that failed.

use std::fs;
use std::path::Path;

const LINES: usize = 40;

/// The last lines of the file, with a heading; a file that cannot be read gives the reason instead.
pub(crate) fn tail(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().display();
    match fs::read(file) {
        Ok(bytes) => format!(
            "--- end of {name} ---\n{}\n---",
            last_lines(&String::from_utf8_lossy(&bytes))
        ),
        Err(error) => format!("--- {name} cannot be read: {error} ---"),
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_forty_lines_are_kept() {
        let text: Vec<String> = (1..=50).map(|n| n.to_string()).collect();
        let kept = last_lines(&text.join("\n"));
        assert!(kept.starts_with("11\n"));
        assert!(kept.ends_with("\n50"));
    }
}
