//! What was removed after 3.0: the settings of the hooks on the portal's own routes (API §6.9).

use serde::Serialize;

use crate::front::answer::{Answer, Counts};
use crate::front::call::Call;
use crate::locks::lock;

/// A route of the portal whose calls were published, in the order of the portal's table.
const ROUTE_HOOKS: [(&str, &str); 4] = [
    ("POST", "api/2.0/files/{folderId}/file"),
    ("POST", "api/2.0/files/rooms"),
    ("PUT", "api/2.0/files/rooms/{id}"),
    ("DELETE", "api/2.0/files/rooms/{id}"),
];

#[derive(Serialize)]
struct RouteHook {
    id: i32,
    route: &'static str,
    method: &'static str,
    disable: bool,
    name: &'static str,
    description: &'static str,
}

fn all(call: &Call) -> Vec<RouteHook> {
    let disabled = lock(&call.portal.nouns.webhooks.disabled_route_hooks);
    (1..)
        .zip(ROUTE_HOOKS)
        .map(|(id, (method, route))| RouteHook {
            id,
            route,
            method,
            disable: disabled.contains(&id),
            name: "",
            description: "",
        })
        .collect()
}

/// `GET /settings/webhooks`: a streamed list for everyone.
pub(crate) fn list(call: &Call) -> Answer {
    call.success(&all(call))
}

/// `PUT /settings/webhook/{id}`: switches one off for good; without a `response` if it is unknown or off already.
pub(crate) fn disable(call: &Call) -> Answer {
    let id = call.number();
    let found = all(call)
        .into_iter()
        .find(|hook| hook.id == id && !hook.disable);
    if found.is_some() {
        lock(&call.portal.nouns.webhooks.disabled_route_hooks).insert(id);
    }
    call.success_with(found.as_ref(), Counts::default())
}
