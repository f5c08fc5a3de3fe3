//! Where requests about groups arrive.

use super::{Groups, control, endpoints};
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Handler::Now, Route};
use crate::nouns::served::Served;

impl Served for Groups {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 2] = [
    Route::get("group", Now(endpoints::list)),
    Route::get("group/{guid}", Now(endpoints::show)),
];
