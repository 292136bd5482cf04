//! Where handlers show what they got.

use std::sync::mpsc::Sender;

/// Standard output, or the demo, which prints the lines itself, each at its place in the story.
#[derive(Clone, Debug)]
pub(crate) enum Desk {
    Screen,
    Demo(Sender<String>),
}

impl Desk {
    pub(crate) fn show(&self, line: String) {
        match self {
            Desk::Screen => println!("{line}"),
            // A demo that has ended wants no more lines.
            Desk::Demo(lines) => drop(lines.send(line)),
        }
    }
}
