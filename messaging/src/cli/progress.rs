//! Progress of long work, on a terminal only: on standard error, so that the answer stays clean.

use std::io::{self, IsTerminal};

use indicatif::{ProgressDrawTarget, ProgressStyle};

pub(super) use indicatif::ProgressBar as Progress;

/// Counts what has no known end, with a line of the answer for each; `what` stands behind the number.
pub(super) fn counting(what: &'static str) -> Progress {
    shown(
        None,
        &format!("{{spinner}} {{human_pos}} {what}, {{per_sec}}"),
        true,
    )
}

/// A bar for so many; `has_lines` says whether the answer has a line for each.
pub(super) fn bar(total: u64, what: &'static str, has_lines: bool) -> Progress {
    let template = format!("{{bar:40}} {{human_pos}}/{{human_len}} {what}, {{eta}} left");
    shown(Some(total), &template, has_lines)
}

fn shown(total: Option<u64>, template: &str, has_lines: bool) -> Progress {
    // Where the answer scrolls over the same terminal, it is the progress.
    let target = if has_lines && io::stdout().is_terminal() {
        ProgressDrawTarget::hidden()
    } else {
        ProgressDrawTarget::stderr()
    };
    let progress = Progress::with_draw_target(total, target);
    match ProgressStyle::with_template(template) {
        Ok(style) => progress.with_style(style),
        Err(_) => progress,
    }
}
