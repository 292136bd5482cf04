//! The documentation that is made from the code is as the code says.

use std::path::Path;

use messaging::settings::Settings;

/// `UPDATE_DOCS=1 cargo test -p messaging --test docs` writes it anew.
#[test]
fn the_table_of_settings_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let intro = "# Settings\n\nFrom the strongest layer that has a value: `configure` in code, the environment, `messaging.toml` (section\n`[messaging]`; another file by `MESSAGING_CONFIG`), `App::defaults`, the default. Durations are whole milliseconds.\n\n";
    let wanted = format!("{intro}{}", Settings::docs_table());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).expect("docs/settings.md can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, wanted,
        "run: UPDATE_DOCS=1 cargo test -p messaging --test docs"
    );
}
