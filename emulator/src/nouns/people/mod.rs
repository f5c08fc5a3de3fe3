//! People (API §3.3).

mod control;
pub(crate) mod employee;
pub(crate) mod endpoints;
mod handle;

use crate::config::PortalState;
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Handler::Now, Route};
use crate::nouns::Noun;

/// The people, whom the directory holds.
#[derive(Debug, Default)]
pub(crate) struct People;

impl Noun for People {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 1] = [
    Route::get("people/@self", Now(endpoints::person)).even_when(&[PortalState::Busy]),
];
