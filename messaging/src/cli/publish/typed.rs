//! What the program knows of the topic that is written to: keys are made as its own publishing makes them.

use super::Options;
use crate::App;
use crate::cli::output::{counted, note};
use crate::cli::shown::Parts;
use crate::error::Result;
use crate::outcome::describe;
use crate::registry;
use crate::spec::TopicSpec;

/// The topic's type, if there is one, and how many messages do not suit it.
pub(super) struct Typed {
    topic: Option<TopicSpec>,
    unreadable: usize,
}

impl Typed {
    /// The topic with `#[topic]`. Messages that bring all of their own, and `--raw`, are written as they are.
    ///
    /// # Errors
    /// Problems of the settings.
    pub(super) fn of(app: &App, options: &Options) -> Result<Typed> {
        let prefix = app.topic_prefix()?;
        let is_meant = |topic: &TopicSpec| options.topic.strip_prefix(&*prefix) == Some(topic.name());
        let as_it_is = options.raw || options.json_lines;
        let topic = (!as_it_is).then(|| registry::topics().into_iter().find(is_meant));
        Ok(Typed {
            topic: topic.flatten(),
            unreadable: 0,
        })
    }

    /// Gives a message without a key the one that the topic's type makes.
    pub(super) fn complete(&mut self, message: &mut Parts) {
        let (Some(topic), Some(value)) = (&self.topic, &message.value) else {
            return;
        };
        match topic.key_in(value) {
            Some(Ok(key)) if message.key.is_none() => message.key = key.map(|key| key.to_vec()),
            Some(Err(error)) => {
                if self.unreadable == 0 {
                    note(&format!(
                        "note: it is written all the same, but workers of this topic will not read it: {} (--raw does not look)",
                        describe(&error)
                    ));
                }
                self.unreadable += 1;
            }
            _ => {}
        }
    }

    /// How many do not suit it, where that was not only one.
    pub(super) fn tell(&self) {
        if self.unreadable > 1 {
            let messages = counted(self.unreadable, "message");
            note(&format!(
                "note: {messages} were written that workers of this topic will not read"
            ));
        }
    }
}
