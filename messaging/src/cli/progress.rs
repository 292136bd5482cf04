//! Progress of long work, on a terminal only: on standard error, so that the answer stays clean.

use std::io::{self, IsTerminal};

use indicatif::{ProgressDrawTarget, ProgressStyle};

pub(super) use indicatif::ProgressBar as Progress;

/// Counts what has no known end; `what` stands behind the number.
pub(super) fn counting(what: &'static str) -> Progress {
    shown(None, &format!("{{spinner}} {{human_pos}} {what}, {{per_sec}}"))
}

/// A bar for so many.
pub(super) fn bar(total: u64, what: &'static str) -> Progress {
    let template = format!("{{bar:40}} {{human_pos}}/{{human_len}} {what}, {{eta}} left");
    shown(Some(total), &template)
}

fn shown(total: Option<u64>, template: &str) -> Progress {
    // Where the answer scrolls over the same terminal, it is the progress.
    let target = if io::stdout().is_terminal() && total.is_none() {
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
