//! Where requests about people arrive.

use super::{People, control, endpoints};
use crate::config::PortalState;
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Handler::Now, Route};
use crate::nouns::served::Served;

impl Served for People {
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
