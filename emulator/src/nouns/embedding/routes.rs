//! Where requests about embedding arrive.

use super::{Embedding, control, endpoints};
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Access::Anonymous, Handler::Now, Route};
use crate::nouns::served::Served;

impl Served for Embedding {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 2] = [
    Route::get("security/csp", Now(|call| Ok(endpoints::show(call)))).open_to(Anonymous),
    Route::post("security/csp", Now(endpoints::replace)),
];
