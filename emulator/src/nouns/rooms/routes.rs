//! Where requests about rooms arrive.

use super::{Rooms, control, endpoints};
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Access::Anonymous, Handler::Now, Route};
use crate::nouns::served::Served;

impl Served for Rooms {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 2] = [
    Route::get("files/rooms", Now(endpoints::list)),
    Route::get("files/rooms/{id}", Now(endpoints::show)).open_to(Anonymous),
];
