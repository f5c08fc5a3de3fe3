//! Where requests about deliveries arrive.

use super::{DeliveryJournal, control, endpoints};
use crate::control::exchange::ControlRoutes;
use crate::front::route::{Handler::Now, Route};
use crate::nouns::served::Served;

impl Served for DeliveryJournal {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }

    fn control(&self) -> ControlRoutes {
        control::routes()
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 3] = [
    Route::get("settings/webhooks/log", Now(endpoints::list)),
    Route::put("settings/webhook/{id}/retry", Now(endpoints::retry_one)).sensitive(),
    Route::put("settings/webhook/retry", Now(endpoints::retry_many)).sensitive(),
];
