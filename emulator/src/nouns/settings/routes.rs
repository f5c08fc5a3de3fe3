//! Where requests about settings arrive.

use super::{PortalSettings, endpoints};
use crate::config::PortalState::{Busy, Suspended, Unpaid};
use crate::front::route::{Access::Anonymous, Handler::Now, Route};
use crate::nouns::served::Served;
use crate::profile::Profile;

impl Served for PortalSettings {
    fn routes(&self) -> &'static [Route] {
        &ROUTES
    }
}

#[rustfmt::skip]
static ROUTES: [Route; 5] = [
    Route::get("settings", Now(|call| Ok(endpoints::show(call))))
        .open_to(Anonymous).even_when(&[Suspended, Busy, Unpaid]),
    Route::get("settings/version/build", Now(|call| Ok(endpoints::build(call))))
        .open_to(Anonymous).even_when(&[Busy, Unpaid]),
    Route::get("settings/security/password", Now(|call| Ok(endpoints::password(call)))).even_when(&[Unpaid]),
    Route::get("settings/devtoolsaccess", Now(|call| Ok(endpoints::dev_tools(call)))).only_if(Profile::has_api_keys),
    Route::post("settings/devtoolsaccess", Now(endpoints::change_dev_tools)).only_if(Profile::has_api_keys),
];
