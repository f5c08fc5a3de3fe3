//! People (API §3.3).

pub(crate) mod employee;
pub(crate) mod endpoints;

use crate::config::PortalState;
use crate::front::route::{Handler::Now, Route};
use crate::nouns::Noun;

/// The people, whom the directory holds.
#[derive(Debug, Default)]
pub(crate) struct People;

impl Noun for People {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 1] = [
    Route::get("people/@self", Now(endpoints::person)).even_when(&[PortalState::Busy]),
];
