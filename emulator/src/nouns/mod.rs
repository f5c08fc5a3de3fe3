//! What the portal has: a folder for each noun, and the one place where they are registered.

use crate::front::route::Route;

pub(crate) mod catalogue;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod people;
pub(crate) mod settings;
pub(crate) mod webhooks;

/// A thing that the portal has.
pub(crate) trait Noun {
    /// Its endpoints.
    fn routes(&self) -> &'static [Route];
}

/// Registers the nouns: the field of each in [`Nouns`], and its type.
macro_rules! nouns {
    ($($name:ident: $noun:ident,)*) => {
        /// Every noun.
        #[derive(Debug, Default)]
        pub(crate) struct Nouns {
            $(pub(crate) $name: $name::$noun,)*
        }

        impl Nouns {
            fn all(&self) -> impl Iterator<Item = &dyn Noun> {
                [$(&self.$name as &dyn Noun,)*].into_iter()
            }
        }
    };
}

nouns! {
    catalogue: Catalogue,
    journal: DeliveryJournal,
    keys: Keys,
    people: People,
    settings: PortalSettings,
    webhooks: Webhooks,
}

impl Nouns {
    /// The endpoints of all of them.
    pub(crate) fn routes(&self) -> impl Iterator<Item = &'static Route> {
        self.all().flat_map(|noun| noun.routes())
    }
}
