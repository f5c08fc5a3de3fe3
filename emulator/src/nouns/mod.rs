//! What the portal has: a folder for each noun, and the one place where they are registered.

use std::sync::Arc;

use serde_json::Value;

use crate::changes::{Changes, Part};
use crate::config::Config;

pub(crate) mod catalogue;
pub(crate) mod embedding;
pub(crate) mod groups;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod people;
pub(crate) mod rooms;
pub(crate) mod served;
pub(crate) mod settings;
pub(crate) mod webhooks;

/// A thing that the portal has.
pub(crate) trait Noun {
    /// Creates it in its initial state; what is kept across restarts notes its changes.
    fn new(_config: &Config, _changes: &Arc<Changes>) -> Self
    where
        Self: Default,
    {
        Self::default()
    }

    /// Forgets what was stored since the start.
    fn reset(&self) {}

    /// What of it survives a restart.
    fn save(&self) -> Option<Part> {
        None
    }

    /// Takes over what [`Noun::save`] returned before a restart.
    ///
    /// # Errors
    /// It is something else, or this noun keeps nothing.
    fn restore(&self, _part: Value) -> serde_json::Result<()> {
        Err(serde::de::Error::custom("nothing of this is kept"))
    }
}

/// Registers the nouns, the field of each in [`Nouns`] and its type, and hands them to another macro.
macro_rules! each_noun {
    ($then:ident) => {
        $then! {
            catalogue: Catalogue,
            embedding: Embedding,
            groups: Groups,
            journal: DeliveryJournal,
            keys: Keys,
            people: People,
            rooms: Rooms,
            settings: PortalSettings,
            webhooks: Webhooks,
        }
    };
}

pub(crate) use each_noun;

macro_rules! nouns {
    ($($name:ident: $noun:ident,)*) => {
        /// Every noun.
        #[derive(Debug, Default)]
        pub(crate) struct Nouns {
            $(pub(crate) $name: $name::$noun,)*
        }

        impl Nouns {
            /// Creates all of them in their initial state.
            pub(crate) fn new(config: &Config, changes: &Arc<Changes>) -> Self {
                Self {
                    $($name: $name::$noun::new(config, changes),)*
                }
            }

            fn all(&self) -> impl Iterator<Item = (&'static str, &dyn Noun)> {
                [$((stringify!($name), &self.$name as &dyn Noun),)*].into_iter()
            }
        }
    };
}

each_noun!(nouns);

impl Nouns {
    /// Forgets what was stored since the start.
    pub(crate) fn reset(&self) {
        self.all().for_each(|(_, noun)| noun.reset());
    }

    /// What survives a restart, by the names of the nouns.
    pub(crate) fn save(&self) -> Vec<(&'static str, Part)> {
        let parts = self.all();
        let parts = parts.filter_map(|(name, noun)| Some((name, noun.save()?)));
        parts.collect()
    }

    /// Takes over one part of what [`Nouns::save`] returned before a restart.
    ///
    /// # Errors
    /// The noun does not exist, or the part is not what it keeps.
    pub(crate) fn restore(&self, name: &str, part: Value) -> serde_json::Result<()> {
        let noun = self.all().find(|(known, _)| *known == name);
        let (_, noun) = noun.ok_or_else(|| serde::de::Error::custom("no such noun"))?;
        noun.restore(part)
    }
}
