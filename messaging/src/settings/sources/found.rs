//! The files of a working directory, and which of them are read.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::Sources;
use crate::settings::compat;
use crate::settings::dotenv;
use crate::settings::error::Problem;
use crate::settings::origin::Origin;

/// The variable that names the settings file.
const CONFIG: &str = "MESSAGING_CONFIG";
/// The settings file where that variable names none, unless it is there by another name.
const FILE: &str = "messaging.toml";

/// Reads `.env` and the settings file of the directory, and takes the variables.
pub(super) fn find(variables: Vec<(OsString, OsString)>, directory: &Path) -> Sources {
    let dot_env = readable(directory, dotenv::FILE);
    let in_environment = variables
        .iter()
        .find(|(name, value)| name == CONFIG && !value.is_empty());
    let in_environment =
        in_environment.map(|(_, path)| (path.clone(), Origin::Environment(CONFIG.to_owned())));
    let named = in_environment.or_else(|| named_by(dot_env.as_ref().ok()?.as_deref()?));
    let sources = match named {
        Some((path, origin)) => named_file(Sources::default(), &path, origin, directory),
        None => usual_file(Sources::default(), directory),
    };
    let sources = match dot_env {
        Ok(text) => sources.dot_env(text.as_deref().unwrap_or_default()),
        Err(problem) => refused(sources, problem),
    };
    sources.environment(variables)
}

/// The settings file that `.env` names.
fn named_by(dot_env: &str) -> Option<(OsString, Origin)> {
    let lines = dotenv::read(dot_env).into_iter().filter_map(Result::ok);
    let mut lines = lines.filter(|line| line.name == CONFIG && !line.value.is_empty());
    let line = lines.next_back()?;
    let origin = Origin::DotEnv {
        name: line.name,
        line: line.number,
    };
    Some((line.value.into(), origin))
}

fn named_file(sources: Sources, path: &OsStr, origin: Origin, directory: &Path) -> Sources {
    let shown = path.to_string_lossy();
    match fs::read_to_string(directory.join(path)) {
        Ok(text) => sources.file(&shown, &text),
        Err(error) => {
            let what = format!("cannot read the settings file {shown}: {error}");
            refused(sources, Problem::of_file(origin, what))
        }
    }
}

fn usual_file(sources: Sources, directory: &Path) -> Sources {
    let others = compat::of(compat::Kind::File).map(|(theirs, _)| theirs);
    let mut found = Vec::new();
    for name in [FILE].into_iter().chain(others) {
        match readable(directory, name) {
            Ok(Some(text)) => found.push((name, text)),
            Ok(None) => {}
            Err(problem) => return refused(sources, problem),
        }
    }
    match &found[..] {
        [] => sources,
        [(name, text)] => sources.file(name, text),
        [(one, _), (other, _), ..] => {
            let what =
                format!("{other} is here as well, and one program has one settings file; remove one of both");
            refused(sources, Problem::of_file(start_of(one), what))
        }
    }
}

/// The text of a file that may be absent.
fn readable(directory: &Path, name: &str) -> Result<Option<String>, Problem> {
    match fs::read_to_string(directory.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::of_file(
            start_of(name),
            format!("cannot read the settings file: {error}"),
        )),
    }
}

fn start_of(path: &str) -> Origin {
    Origin::File {
        path: path.to_owned(),
        line: 1,
    }
}

fn refused(mut sources: Sources, problem: Problem) -> Sources {
    sources.problems.push(problem);
    sources
}
