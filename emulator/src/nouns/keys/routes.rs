//! Where requests about API keys arrive.

use super::{Keys, control, endpoints};
use crate::config::PortalState;
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Access, Handler::Now, Route};
use crate::nouns::served::Served;
use crate::profile::Profile;

impl Served for Keys {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

const HAS: fn(Profile) -> bool = Profile::has_api_keys;

#[rustfmt::skip]
static ROUTES: [Route; 6] = [
    Route::get("keys", Now(endpoints::list)).only_if(HAS),
    Route::post("keys", Now(endpoints::create)).only_if(HAS).sensitive(),
    Route::put("keys/{guid}", Now(endpoints::update)).only_if(HAS),
    Route::delete("keys/{guid}", Now(endpoints::delete)).only_if(HAS),
    Route::get("keys/permissions", Now(|call| Ok(endpoints::permissions(call)))).only_if(HAS),
    Route::get("keys/@self", Now(endpoints::current)).only_if(Profile::has_current_key)
        .open_to(Access::AnyScope).even_when(&[PortalState::Busy]),
];
