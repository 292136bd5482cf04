//! `check`, and what `run` says of the same.

use anyhow::Result;

use crate::support::*;

#[test]
fn check_says_that_all_fits() -> Result<()> {
    let said = say(SERVICE, "", &["check"])?;
    let all_fits = "2 workers and the settings fit together\n";
    assert_eq!(
        (said.code, said.stdout.as_str(), said.stderr.as_str()),
        (Some(0), all_fits, "")
    );
    Ok(())
}

#[test]
fn check_and_run_tell_all_problems_with_their_places() -> Result<()> {
    let settings =
        "[messaging]\n\nkafka_security_protocol = \"ssl\"\n[messaging.workers.wants]\nmax_retires = 9\n";
    let problems = [
        "4 problems".to_owned(),
        "worker \"wants\": no state of type `u64` is provided".to_owned(),
        format!("({})", place(MISFIT, "wants")),
        "worker \"circles\" would read its own dead letters".to_owned(),
        format!("({})", place(MISFIT, "circles")),
        "kafka_security_protocol is SSL (".to_owned(),
        "messaging.toml:3), but TLS, SCRAM and OAUTHBEARER are not compiled in".to_owned(),
        "workers.wants.max_retires (messaging.toml:5): workers have no such key; did you mean max_retries?"
            .to_owned(),
    ];
    for arguments in [&["check"][..], &["run"], &[]] {
        let said = say(MISFIT, settings, arguments)?;
        assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
        for part in &problems {
            assert!(said.stderr.contains(part), "`{part}` is not in:\n{}", said.stderr);
        }
    }
    assert_eq!(
        say(MISFIT, settings, &["workers"])?.code,
        Some(0),
        "a list needs nothing that fits"
    );
    Ok(())
}
