//! Webhooks: what is stored, the checks before it, and the answers about it (API §6).

pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod checks;
pub(crate) mod endpoints;
pub(crate) mod probe;
pub(crate) mod races;
pub(crate) mod route_hooks;
pub(crate) mod shape;
pub(crate) mod store;
pub(crate) mod url_rules;

use crate::front::route::{
    Handler::{Later, Now},
    Route,
};
use crate::nouns::Noun;
use crate::profile::Profile;

/// The webhooks.
#[derive(Debug, Default)]
pub(crate) struct Webhooks;

impl Noun for Webhooks {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
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
