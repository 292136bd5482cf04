//! Commands that ask the broker, where there is none to ask.

use anyhow::Result;

use crate::support::*;

#[test]
fn on_memory_the_commands_say_that_they_see_a_broker_of_their_own() -> Result<()> {
    for (arguments, told) in [
        (&["topics", "list"][..], "there are no topics"),
        (&["groups", "list"], "there are no groups"),
        (&["doctor"], "ok    broker"),
    ] {
        let said = say(SERVICE, "", arguments)?;
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        assert!(said.stdout.contains(told), "{said:?}");
        assert!(said.stderr.contains("lives inside one process"), "{said:?}");
    }
    let said = say(SERVICE, "", &["groups", "list", "--json"])?;
    assert_eq!(said.json()?, serde_json::json!([]));
    Ok(())
}

#[test]
fn switched_off_messaging_is_told_by_every_command_that_needs_it() -> Result<()> {
    let settings = "[messaging]\nmessage_broker = \"kafka\"\nkafka_enabled = false\n";
    for arguments in [&["topics", "list"][..], &["groups", "list"], &["doctor"]] {
        let said = say(SERVICE, settings, arguments)?;
        let told = format!("{}{}", said.stdout, said.stderr);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(
            told.contains("kafka is switched off by kafka_enabled"),
            "{said:?}"
        );
    }
    Ok(())
}
