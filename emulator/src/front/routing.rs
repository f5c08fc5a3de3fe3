//! From a method and a path to the endpoint.

use axum::http::Method;

use crate::front::path::{self, API_ROOT, Named};
use crate::front::route::Route;
use crate::profile::Profile;

/// What a method and a path lead to.
#[derive(Debug)]
pub(crate) enum Routed {
    /// An endpoint, with what its path names.
    Found(&'static Route, Named),
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
pub(crate) fn find(
    routes: impl Iterator<Item = &'static Route>,
    method: &Method,
    path: &str,
    profile: Profile,
) -> Routed {
    let Some(below) = path::below_root(path) else {
        return Routed::Outside;
    };
    let mut allowed = Vec::new();
    let mut pattern = "";
    for route in routes.filter(|route| route.exists_in(profile)) {
        let Some(named) = path::matches(route.path, below) else {
            continue;
        };
        if route.method == *method {
            return Routed::Found(route, named);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::{Nouns, served};

    fn routed(method: &Method, path: &str, profile: Profile) -> Routed {
        find(served::routes(&Nouns::default()), method, path, profile)
    }

    fn label(method: &Method, path: &str) -> Option<(String, Named)> {
        match routed(method, path, Profile::V3_7) {
            Routed::Found(route, named) => Some((format!("{route:?}"), named)),
            _ => None,
        }
    }

    #[test]
    fn paths_ignore_case_and_a_trailing_slash() {
        let list = Some(("GET settings/webhook".to_owned(), Named::Nothing));
        assert_eq!(label(&Method::GET, "/api/2.0/settings/webhook"), list);
        assert_eq!(label(&Method::GET, "/API/2.0/Settings/Webhook/"), list);
        assert_eq!(
            label(&Method::DELETE, "/api/2.0/settings/webhook/17"),
            Some(("DELETE settings/webhook/{id}".to_owned(), Named::Number(17)))
        );
    }

    #[test]
    fn other_paths_and_other_methods_are_told_apart() {
        let routed = |method, path: &str| routed(&method, path, Profile::V3_7);
        assert!(matches!(
            routed(Method::GET, "/api/2.0/settings/webhook/17"),
            Routed::WrongMethod(allow, _) if allow == "DELETE"
        ));
        assert!(matches!(
            routed(Method::DELETE, "/api/2.0/settings/webhook"),
            Routed::WrongMethod(allow, _) if allow == "GET, POST, PUT"
        ));
        for unknown in ["settings/webhook/seventeen", "keys/17", "nothing"] {
            let path = format!("/api/2.0/{unknown}");
            assert!(matches!(routed(Method::DELETE, &path), Routed::Unknown));
        }
        assert!(matches!(routed(Method::GET, "/"), Routed::Outside));
    }

    #[test]
    fn old_portals_lack_newer_endpoints() {
        let path = "/api/2.0/settings/webhook/triggers";
        let old = routed(&Method::GET, path, Profile::V3_0);
        assert!(matches!(old, Routed::Unknown));
        let new = routed(&Method::GET, path, Profile::V3_1);
        assert!(matches!(new, Routed::Found(..)));
    }

    #[test]
    fn no_two_endpoints_share_a_method_and_a_path() {
        let nouns = Nouns::default();
        let mut all: Vec<String> = served::routes(&nouns)
            .map(|route| format!("{route:?}"))
            .collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
