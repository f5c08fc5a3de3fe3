//! Where requests about webhooks arrive.

use super::{Webhooks, control, endpoints, route_hooks};
use crate::control::exchange::ControlRoutes;
use crate::front::route::{
    Handler::{Later, Now},
    Route,
};
use crate::nouns::served::Served;
use crate::profile::Profile;

impl Served for Webhooks {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 7] = [
    Route::get("settings/webhook", Now(endpoints::list)),
    Route::post("settings/webhook", Later(|call| Box::pin(endpoints::create(call)))),
    Route::put("settings/webhook", Later(|call| Box::pin(endpoints::update(call)))),
    Route::put("settings/webhook/enable", Later(|call| Box::pin(endpoints::enable(call)))).only_if(Profile::has_triggers),
    Route::delete("settings/webhook/{id}", Now(endpoints::delete)),
    Route::get("settings/webhooks", Now(|call| Ok(route_hooks::list(call)))).only_if(Profile::has_route_hooks),
    Route::put("settings/webhook/{id}", Now(|call| Ok(route_hooks::disable(call)))).only_if(Profile::has_route_hooks),
];
