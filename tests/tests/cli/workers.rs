//! `workers`.

use anyhow::Result;
use serde_json::Value;

use crate::support::*;

#[test]
fn workers_are_listed_in_a_table() -> Result<()> {
    let said = say(SERVICE, "", &["workers"])?;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let rows: Vec<Vec<&str>> = said
        .stdout
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    let (hear, shout) = (place(SERVICE, "hear"), place(SERVICE, "shout"));
    assert_eq!(
        rows,
        [
            vec![
                "WORKER",
                "TOPIC",
                "OUTPUT",
                "DEAD",
                "LETTERS",
                "GROUP",
                "CONCURRENCY",
                "PLACE"
            ],
            vec!["hear-it", "loud", "-", "-", "ears", "1", &hear],
            vec![
                "shout",
                "quiet",
                "loud",
                "quiet.dlq",
                "messaging-tests.shout",
                "4",
                &shout
            ],
        ]
    );
    Ok(())
}

#[test]
fn workers_are_listed_as_json() -> Result<()> {
    let said = say(
        SERVICE,
        "[messaging]\ntopic_prefix = \"dev.\"\nservice = \"shop\"\n",
        &["workers", "--json"],
    )?;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let mut rows: Value = serde_json::from_str(&said.stdout)?;
    let keys: Vec<Value> = rows
        .as_array_mut()
        .into_iter()
        .flatten()
        .map(|row| row["keys"].take())
        .collect();
    assert_eq!(
        keys[1]["max_retries"],
        serde_json::json!({"value": 7, "from": "macro or builder"})
    );
    assert_eq!(
        keys[1]["retry_delay"],
        serde_json::json!({"value": "1s", "from": "default"})
    );
    rows.as_array_mut()
        .into_iter()
        .flatten()
        .for_each(|row| drop(row.as_object_mut().map(|row| row.remove("keys"))));
    let expected = serde_json::json!([
        {
            "kind": "worker", "worker": "hear-it", "topic": "dev.loud", "output_topic": null, "dlq_topic": null,
            "group": "ears", "group_from": "group_id", "concurrency": 1, "max_retries": 3, "place": place(SERVICE, "hear"),
        },
        {
            "kind": "worker", "worker": "shout", "topic": "dev.quiet", "output_topic": "dev.loud", "dlq_topic": "dev.quiet.dlq",
            "group": "shop.shout", "group_from": "the setting service", "concurrency": 4, "max_retries": 7,
            "place": place(SERVICE, "shout"),
        },
    ]);
    assert_eq!(rows, expected);
    Ok(())
}

#[test]
fn what_an_operator_says_of_a_worker_is_told_by_workers() -> Result<()> {
    let found: Value = serde_json::from_str(&operated(&["workers", "--json"])?.stdout)?;
    assert_eq!(
        (&found[1]["concurrency"], &found[1]["max_retries"]),
        (&3.into(), &9.into())
    );
    let expected = serde_json::json!({"value": 3, "from": "environment WORKER__SHOUT__CONCURRENCY"});
    assert_eq!(found[1]["keys"]["concurrency"], expected);
    Ok(())
}
