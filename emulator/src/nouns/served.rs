//! Where requests about a noun arrive: its endpoints, and its part of the control API.

use crate::control::exchange::ControlRoutes;
use crate::front::route::Route;
use crate::nouns::{Nouns, each_noun};

/// A noun that answers requests.
pub(crate) trait Served {
    /// Its endpoints.
    fn routes(&self) -> &'static [Route];

    /// Its part of the control API.
    fn control(&self) -> ControlRoutes {
        ControlRoutes::default()
    }
}

macro_rules! served {
    ($($name:ident: $noun:ident,)*) => {
        fn all(nouns: &Nouns) -> impl Iterator<Item = &dyn Served> {
            [$(&nouns.$name as &dyn Served,)*].into_iter()
        }
    };
}

each_noun!(served);

/// The endpoints of all nouns.
pub(crate) fn routes(nouns: &Nouns) -> impl Iterator<Item = &'static Route> {
    all(nouns).flat_map(Served::routes)
}

/// Their parts of the control API.
pub(crate) fn control(nouns: &Nouns) -> impl Iterator<Item = ControlRoutes> {
    all(nouns).map(Served::control)
}
