//! Which of several values counts: the layers in their order, and one rule for all of them.

use std::fmt;

/// Where the value of a setting came from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// `App::configure` in code.
    Code,
    /// `messaging::configure` in code, for all Apps of the process.
    Process,
    /// An environment variable of the process.
    Environment,
    /// A line of `.env`.
    DotEnv,
    /// `messaging.toml`, or `core.toml`.
    File,
    /// `App::defaults`.
    AppDefaults,
    /// The default of the key itself.
    Default,
}

impl Layer {
    /// Every layer, strongest first.
    pub const ALL: [Layer; 7] = [
        Self::Code,
        Self::Process,
        Self::Environment,
        Self::DotEnv,
        Self::File,
        Self::AppDefaults,
        Self::Default,
    ];
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Code => "App::configure",
            Self::Process => "messaging::configure",
            Self::Environment => "environment",
            Self::DotEnv => ".env",
            Self::File => "file",
            Self::AppDefaults => "App::defaults",
            Self::Default => "default",
        })
    }
}

/// Where the value of a worker's key came from, strongest first.
///
/// The operator stands above the source here: a worker's macro says what its author thought, the environment and
/// the file say what this installation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkerLayer {
    /// `WORKER__<NAME>__<KEY>` in the environment.
    Environment,
    /// The same in `.env`.
    DotEnv,
    /// `[messaging.workers.<name>]` in the file.
    File,
    /// The macro or the builder.
    Spec,
    /// The setting of that meaning for all workers, itself from some layer.
    Setting(Layer),
    /// The default of the key itself.
    Default,
}

impl fmt::Display for WorkerLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::DotEnv => f.write_str(".env"),
            Self::File => f.write_str("file"),
            Self::Spec => f.write_str("macro or builder"),
            Self::Setting(layer) => write!(f, "setting for all workers, {layer}"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value together with the layer that it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved<T, L = Layer> {
    /// What counts.
    pub value: T,
    /// Who said so.
    pub layer: L,
}

impl<T, L: Ord> Resolved<T, L> {
    /// The value of the strongest layer that has one. The order of the candidates does not matter, except that
    /// among those of one layer the later counts, as in two calls of `configure`.
    ///
    /// ```
    /// use messaging::settings::{Resolved, WorkerLayer};
    ///
    /// let concurrency = Resolved::pick([
    ///     (WorkerLayer::Environment, None),
    ///     (WorkerLayer::Spec, Some(8)),
    ///     (WorkerLayer::Default, Some(1)),
    /// ]);
    /// assert_eq!(concurrency, Some(Resolved { value: 8, layer: WorkerLayer::Spec }));
    /// ```
    pub fn pick(candidates: impl IntoIterator<Item = (L, Option<T>)>) -> Option<Self> {
        let given = candidates
            .into_iter()
            .filter_map(|(layer, value)| Some(Self { value: value?, layer }));
        given.reduce(|best, next| if best.layer < next.layer { best } else { next })
    }
}
