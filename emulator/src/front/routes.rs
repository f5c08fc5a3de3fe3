//! The portal's endpoints: the route table, and one file per group of them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, StatusCode};
use serde::Serialize;

use crate::account::{Caller, User};
use crate::config::{PortalState, Settings};
use crate::front::answer::{self, Answer, Counts, HandlerError, Refusal, RequestFacts};
use crate::front::fields::{self, Pruned};
use crate::locks::lock;
use crate::nouns::webhooks::shape::{Employee, Renderer};
use crate::nouns::{catalogue, journal, keys, people, settings, webhooks};
use crate::portal::Portal;
use crate::profile::Profile;

/// Where the API begins.
const API_ROOT: &str = "/api/2.0/";

/// The endpoints, named by what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    ListWebhooks,
    CreateWebhook,
    UpdateWebhook,
    EnableWebhook,
    DeleteWebhook,
    ListTriggers,
    ListJournal,
    RetryOne,
    RetryMany,
    ListRouteHooks,
    DisableRouteHook,
    ListKeys,
    CreateKey,
    UpdateKey,
    DeleteKey,
    ListPermissions,
    KeySelf,
    PersonSelf,
    PortalSettings,
    Build,
    PasswordPolicy,
    DevTools,
    ChangeDevTools,
}

/// Who may call an endpoint, as far as credentials go (API §3.2, §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody; but the scopes of a valid API key still count.
    Anonymous,
    /// Any valid credentials.
    AnyScope,
    /// `accounts.self:*` or `*:*`.
    OwnAccount,
    /// `*:read` or `*:write` for GET, `*:write` for the rest.
    Scoped,
}

/// One row of the route table.
#[derive(Debug)]
pub(crate) struct Route {
    method: Method,
    /// The path after [`API_ROOT`]; `{id}` stands for a 32-bit integer, `{guid}` for the id of an API key.
    path: &'static str,
    pub(crate) endpoint: Endpoint,
    pub(crate) access: Access,
}

const fn route(method: Method, path: &'static str, endpoint: Endpoint, access: Access) -> Route {
    Route {
        method,
        path,
        endpoint,
        access,
    }
}

use Access::{Anonymous, AnyScope, OwnAccount, Scoped};

#[rustfmt::skip]
static ROUTES: [Route; 23] = [
    route(Method::GET, "settings/webhook", Endpoint::ListWebhooks, Scoped),
    route(Method::POST, "settings/webhook", Endpoint::CreateWebhook, Scoped),
    route(Method::PUT, "settings/webhook", Endpoint::UpdateWebhook, Scoped),
    route(Method::PUT, "settings/webhook/enable", Endpoint::EnableWebhook, Scoped),
    route(Method::DELETE, "settings/webhook/{id}", Endpoint::DeleteWebhook, Scoped),
    route(Method::GET, "settings/webhook/triggers", Endpoint::ListTriggers, Scoped),
    route(Method::GET, "settings/webhooks/log", Endpoint::ListJournal, Scoped),
    route(Method::PUT, "settings/webhook/{id}/retry", Endpoint::RetryOne, Scoped),
    route(Method::PUT, "settings/webhook/retry", Endpoint::RetryMany, Scoped),
    route(Method::GET, "settings/webhooks", Endpoint::ListRouteHooks, Scoped),
    route(Method::PUT, "settings/webhook/{id}", Endpoint::DisableRouteHook, Scoped),
    route(Method::GET, "keys", Endpoint::ListKeys, Scoped),
    route(Method::POST, "keys", Endpoint::CreateKey, Scoped),
    route(Method::PUT, "keys/{guid}", Endpoint::UpdateKey, Scoped),
    route(Method::DELETE, "keys/{guid}", Endpoint::DeleteKey, Scoped),
    route(Method::GET, "keys/permissions", Endpoint::ListPermissions, Scoped),
    route(Method::GET, "keys/@self", Endpoint::KeySelf, AnyScope),
    route(Method::GET, "people/@self", Endpoint::PersonSelf, OwnAccount),
    route(Method::GET, "settings", Endpoint::PortalSettings, Anonymous),
    route(Method::GET, "settings/version/build", Endpoint::Build, Anonymous),
    route(Method::GET, "settings/security/password", Endpoint::PasswordPolicy, Scoped),
    route(Method::GET, "settings/devtoolsaccess", Endpoint::DevTools, Scoped),
    route(Method::POST, "settings/devtoolsaccess", Endpoint::ChangeDevTools, Scoped),
];

impl Route {
    /// Whether calls are limited to a few in a quarter of an hour (API §9).
    pub(crate) fn is_sensitive(&self) -> bool {
        matches!(
            self.endpoint,
            Endpoint::RetryOne | Endpoint::RetryMany | Endpoint::CreateKey
        )
    }

    /// Whether the endpoint answers although the portal is in this state, as the server's filters have it.
    pub(crate) fn serves_in(&self, state: PortalState) -> bool {
        use Endpoint::{Build, KeySelf, PasswordPolicy, PersonSelf, PortalSettings};
        match state {
            PortalState::Suspended => matches!(self.endpoint, PortalSettings),
            PortalState::Busy => {
                matches!(self.endpoint, PortalSettings | Build | KeySelf | PersonSelf)
            }
            PortalState::Unpaid => {
                matches!(self.endpoint, PortalSettings | Build | PasswordPolicy)
            }
            _ => false,
        }
    }
}

/// What a method and a path lead to.
#[derive(Debug)]
pub(crate) enum Routed {
    /// An endpoint, with the number in its path.
    Found(&'static Route, Option<i32>),
    /// A known path with another method; the text is for `Allow`.
    WrongMethod(String, &'static str),
    /// No such path in the API.
    Unknown,
    /// Not the API at all.
    Outside,
}

impl Routed {
    /// The name of the route in the request log.
    pub(crate) fn label(&self, method: &Method, path: &str) -> String {
        match self {
            Self::Found(Route { path, .. }, _) | Self::WrongMethod(_, path) => {
                format!("{method} {API_ROOT}{path}")
            }
            Self::Unknown | Self::Outside => format!("{method} {path}"),
        }
    }
}

/// Finds the endpoint; paths ignore case and one trailing slash, as the portal's router does.
pub(crate) fn find(method: &Method, path: &str, profile: Profile) -> Routed {
    let Some(rest) = strip_api_root(path) else {
        return Routed::Outside;
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let mut allowed = Vec::new();
    let mut pattern = "";
    for route in ROUTES
        .iter()
        .filter(|route| exists(route.endpoint, profile))
    {
        let Some(PathNumber(number)) = matches(route.path, rest) else {
            continue;
        };
        if route.method == *method {
            return Routed::Found(route, number);
        }
        allowed.push(route.method.as_str());
        pattern = route.path;
    }
    if allowed.is_empty() {
        Routed::Unknown
    } else {
        Routed::WrongMethod(allowed.join(", "), pattern)
    }
}

fn strip_api_root(path: &str) -> Option<&str> {
    let root = path.get(..API_ROOT.len())?;
    let rest = path.get(API_ROOT.len()..)?;
    root.eq_ignore_ascii_case(API_ROOT).then_some(rest)
}

fn exists(endpoint: Endpoint, profile: Profile) -> bool {
    match endpoint {
        Endpoint::EnableWebhook | Endpoint::ListTriggers => profile.has_triggers(),
        Endpoint::ListKeys
        | Endpoint::CreateKey
        | Endpoint::UpdateKey
        | Endpoint::DeleteKey
        | Endpoint::ListPermissions
        | Endpoint::KeySelf
        | Endpoint::DevTools
        | Endpoint::ChangeDevTools => profile.has_api_keys(),
        Endpoint::ListRouteHooks | Endpoint::DisableRouteHook => profile.has_route_hooks(),
        _ => true,
    }
}

/// What a path put in the place of `{id}` or `{guid}`, if the pattern has one.
struct PathNumber(Option<i32>);

/// Compares a pattern with a path.
fn matches(pattern: &str, path: &str) -> Option<PathNumber> {
    let mut number = None;
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected == "{id}" {
            number = Some(segment.parse().ok()?);
        } else if expected == "{guid}" {
            number = Some(keys::endpoints::number_of(segment)?);
        } else if !expected.eq_ignore_ascii_case(segment) {
            return None;
        }
    }
    segments.next().is_none().then_some(PathNumber(number))
}

/// A request that has passed the common front and is about to be handled.
pub(crate) struct Call {
    pub(crate) portal: Arc<Portal>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) facts: RequestFacts,
    pub(crate) caller: Option<Caller>,
    pub(crate) number: Option<i32>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Hands a request to its endpoint.
pub(crate) async fn dispatch(endpoint: Endpoint, call: &Call) -> Result<Answer, Refusal> {
    match endpoint {
        Endpoint::ListWebhooks => webhooks::endpoints::list(call),
        Endpoint::CreateWebhook => webhooks::endpoints::create(call).await,
        Endpoint::UpdateWebhook => webhooks::endpoints::update(call).await,
        Endpoint::EnableWebhook => webhooks::endpoints::enable(call).await,
        Endpoint::DeleteWebhook => webhooks::endpoints::delete(call),
        Endpoint::ListTriggers => catalogue::endpoints::list(call),
        Endpoint::ListJournal => journal::endpoints::list(call),
        Endpoint::RetryOne => journal::endpoints::retry_one(call),
        Endpoint::RetryMany => journal::endpoints::retry_many(call),
        Endpoint::ListRouteHooks => Ok(webhooks::route_hooks::list(call)),
        Endpoint::DisableRouteHook => Ok(webhooks::route_hooks::disable(call)),
        Endpoint::ListKeys => keys::endpoints::list(call),
        Endpoint::CreateKey => keys::endpoints::create(call),
        Endpoint::UpdateKey => keys::endpoints::update(call),
        Endpoint::DeleteKey => keys::endpoints::delete(call),
        Endpoint::ListPermissions => Ok(keys::endpoints::permissions(call)),
        Endpoint::KeySelf => keys::endpoints::current(call),
        Endpoint::PersonSelf => people::endpoints::person(call),
        Endpoint::PortalSettings => Ok(settings::endpoints::show(call)),
        Endpoint::Build => Ok(settings::endpoints::build(call)),
        Endpoint::PasswordPolicy => Ok(settings::endpoints::password(call)),
        Endpoint::DevTools => Ok(settings::endpoints::dev_tools(call)),
        Endpoint::ChangeDevTools => settings::endpoints::change_dev_tools(call),
    }
}

impl Call {
    /// The caller of an endpoint that is not anonymous.
    pub(crate) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller
            .as_ref()
            .ok_or(Refusal::Empty(StatusCode::UNAUTHORIZED))
    }

    /// The number in the path.
    pub(crate) fn number(&self) -> i32 {
        self.number.unwrap_or_default()
    }

    /// The body, once its content type is known to be JSON (API §8.2: else 415).
    pub(crate) fn json_body(&self) -> Result<&[u8], Refusal> {
        let Some(value) = self.headers.get(CONTENT_TYPE) else {
            return if self.body.is_empty() {
                Ok(&self.body)
            } else {
                Err(Refusal::UnsupportedMedia)
            };
        };
        let media_type = value.to_str().unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let is_json = matches!(media_type.as_str(), "application/json" | "text/json")
            || (media_type.starts_with("application/") && media_type.ends_with("+json"));
        if is_json {
            Ok(&self.body)
        } else {
            Err(Refusal::UnsupportedMedia)
        }
    }

    /// Refuses guests, and non-admins where webhooks are not theirs to use (API §3.4).
    pub(crate) fn webhook_user(&self) -> Result<&Caller, Refusal> {
        let caller = self.caller()?;
        let is_locked_out =
            self.settings.dev_tools_limited || !self.settings.profile.has_triggers();
        if caller.user.role == crate::account::Role::Guest || (is_locked_out && !caller.is_admin())
        {
            return Err(HandlerError::access_denied().into());
        }
        Ok(caller)
    }

    /// Wraps one object.
    pub(crate) fn success(&self, response: &impl Serialize) -> Answer {
        self.success_with(Some(response), Counts::default())
    }

    pub(crate) fn success_with<T: Serialize>(
        &self,
        response: Option<&T>,
        counts: Counts,
    ) -> Answer {
        match (fields::wanted(&self.query), response) {
            (Some(fields), Some(response)) => {
                let pruned = Pruned::new(response, &fields);
                answer::success(&self.facts, self.settings.profile, Some(&pruned), counts)
            }
            _ => answer::success(&self.facts, self.settings.profile, response, counts),
        }
    }

    pub(crate) fn employee(&self, user: &User) -> Employee {
        Employee::new(user, &self.facts.origin, &self.settings)
    }

    /// Prepares everything that answers about webhooks show besides the webhooks.
    pub(crate) fn renderer(&self) -> Renderer<'_> {
        let mut users = lock(&self.portal.directory).users.clone();
        users.push(User::system());
        Renderer {
            settings: &self.settings,
            employees: users.iter().map(|user| self.employee(user)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &Method, path: &str) -> Option<(Endpoint, Option<i32>)> {
        match find(method, path, Profile::V3_7) {
            Routed::Found(route, number) => Some((route.endpoint, number)),
            _ => None,
        }
    }

    #[test]
    fn paths_ignore_case_and_a_trailing_slash() {
        let list = Some((Endpoint::ListWebhooks, None));
        assert_eq!(found(&Method::GET, "/api/2.0/settings/webhook"), list);
        assert_eq!(found(&Method::GET, "/API/2.0/Settings/Webhook/"), list);
        assert_eq!(
            found(&Method::DELETE, "/api/2.0/settings/webhook/17"),
            Some((Endpoint::DeleteWebhook, Some(17)))
        );
    }

    #[test]
    fn other_paths_and_other_methods_are_told_apart() {
        let routed = |method, path| find(&method, path, Profile::V3_7);
        assert!(matches!(
            routed(Method::GET, "/api/2.0/settings/webhook/17"),
            Routed::WrongMethod(allow, _) if allow == "DELETE"
        ));
        assert!(matches!(
            routed(Method::DELETE, "/api/2.0/settings/webhook"),
            Routed::WrongMethod(allow, _) if allow == "GET, POST, PUT"
        ));
        for unknown in [
            "settings/webhook/seventeen",
            "settings/webhook/99999999999",
            "nothing",
        ] {
            let path = format!("/api/2.0/{unknown}");
            let routed = find(&Method::DELETE, &path, Profile::V3_7);
            assert!(matches!(routed, Routed::Unknown));
        }
        assert!(matches!(routed(Method::GET, "/"), Routed::Outside));
        assert!(matches!(
            routed(Method::GET, "/x/api/2.0/settings"),
            Routed::Outside
        ));
    }

    #[test]
    fn old_portals_lack_newer_endpoints() {
        let path = "/api/2.0/settings/webhook/triggers";
        assert!(matches!(
            find(&Method::GET, path, Profile::V3_0),
            Routed::Unknown
        ));
        assert!(matches!(
            find(&Method::GET, path, Profile::V3_1),
            Routed::Found(..)
        ));
    }
}
