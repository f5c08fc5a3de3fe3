//! The journal of deliveries (API §6.7, §6.8).

pub(crate) mod body;
pub(crate) mod endpoints;

use crate::front::route::{Handler::Now, Route};
use crate::nouns::Noun;

/// What was delivered, as the portal tells it.
#[derive(Debug, Default)]
pub(crate) struct DeliveryJournal;

impl Noun for DeliveryJournal {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 3] = [
    Route::get("settings/webhooks/log", Now(endpoints::list)),
    Route::put("settings/webhook/{id}/retry", Now(endpoints::retry_one)).sensitive(),
    Route::put("settings/webhook/retry", Now(endpoints::retry_many)).sensitive(),
];
