//! Where requests about people arrive.

use super::{People, control, endpoints};
use crate::config::PortalState;
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Access, Handler::Now, Route};
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
static ROUTES: [Route; 5] = [
    Route::get("people/@self", Now(endpoints::current)).even_when(&[PortalState::Busy]),
    Route::get("people", Now(endpoints::active)),
    Route::get("people/filter", Now(endpoints::filter)),
    Route::get("people/email", Now(endpoints::by_email)),
    Route::get("people/{text}", Now(endpoints::by_id)).open_to(Access::AnyScope),
];
