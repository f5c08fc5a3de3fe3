//! The catalogue of triggers (API §6.6).

pub(crate) mod endpoints;
pub(crate) mod trigger;

use crate::front::route::{Handler::Now, Route};
use crate::nouns::Noun;
use crate::profile::Profile;

/// The triggers, as the portal lists them.
#[derive(Debug, Default)]
pub(crate) struct Catalogue;

impl Noun for Catalogue {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 1] = [
    Route::get("settings/webhook/triggers", Now(endpoints::list)).only_if(Profile::has_triggers),
];
