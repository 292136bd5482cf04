//! A program's own settings, from a section of their own: `Settings::section::<T>("app")`.

mod failed;
mod made_up;
mod mending;
mod parts;
mod read;
#[cfg(test)]
mod tests;
mod tree;

use serde::de::DeserializeOwned;

use super::Settings;
use super::error::SettingsError;
use super::sources::Sources;

pub(super) use tree::Tree;

impl Settings {
    /// A program's own settings: the section `[name]` of the settings file, below `NAME__KEY` in `.env` and in the
    /// environment. A key below a key is `NAME__KEY__KEY`; a list is written with commas there.
    ///
    /// ```
    /// # use messaging::settings::{Settings, Sources};
    /// #[derive(serde::Deserialize)]
    /// struct Shop {
    ///     currency: String,
    ///     #[serde(default)]
    ///     gift_wrap: bool,
    /// }
    ///
    /// // Settings::section::<Shop>("shop") reads the places of this process; these stand in for them.
    /// let sources = Sources::default()
    ///     .file("messaging.toml", "[shop]\ncurrency = \"EUR\"")
    ///     .environment([("SHOP__GIFT_WRAP", "true")]);
    /// let shop: Shop = sources.section("shop")?;
    /// assert_eq!((shop.currency.as_str(), shop.gift_wrap), ("EUR", true));
    /// # Ok::<(), messaging::settings::SettingsError>(())
    /// ```
    ///
    /// # Errors
    /// All that does not fit `T`, each with its place: what is missing, what `T` does not know when it denies that,
    /// what is of another type. Values are not shown, for they may be secrets. And a settings file that cannot be read.
    pub fn section<T: DeserializeOwned>(name: &str) -> Result<T, SettingsError> {
        Sources::from_process().section(name)
    }
}

impl Sources {
    /// As [`Settings::section`], from these sources.
    ///
    /// # Errors
    /// As there.
    pub fn section<T: DeserializeOwned>(&self, name: &str) -> Result<T, SettingsError> {
        let whole_files = self.problems.iter().filter(|problem| problem.key.is_none());
        let unread: Vec<_> = whole_files.cloned().collect();
        if !unread.is_empty() {
            return Err(SettingsError { problems: unread });
        }
        let tree = tree::of_section(name, &self.sections, &self.variables);
        mending::read(name, &tree).map_err(|problems| SettingsError { problems })
    }
}
