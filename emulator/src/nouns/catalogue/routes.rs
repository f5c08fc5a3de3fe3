//! Where requests about the catalogue of triggers arrive.

use super::{Catalogue, endpoints};
use crate::front::route::{Handler::Now, Route};
use crate::nouns::served::Served;
use crate::profile::Profile;

impl Served for Catalogue {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 1] = [
    Route::get("settings/webhook/triggers", Now(endpoints::list)).only_if(Profile::has_triggers),
];
