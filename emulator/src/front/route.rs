//! What a noun declares of an endpoint.

use std::fmt;
use std::pin::Pin;

use axum::http::Method;

use crate::config::PortalState;
use crate::front::answer::{Answer, Refusal};
use crate::front::call::Call;
use crate::profile::Profile;

/// An answer in the making.
pub(crate) type Answering<'a> = Pin<Box<dyn Future<Output = Result<Answer, Refusal>> + Send + 'a>>;

/// What answers a request.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// At once.
    Now(fn(&Call) -> Result<Answer, Refusal>),
    /// After waiting for something.
    Later(for<'a> fn(&'a Call) -> Answering<'a>),
}

/// Who may call an endpoint, as far as credentials go (API §3.2, §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anyone; but the scopes of a valid API key still count.
    Anonymous,
    /// Any valid credentials: the endpoint has a rule of its own, which asks for no scope.
    AnyScope,
    /// Valid credentials with the scopes of the path.
    Scoped,
}

/// An endpoint: its method and path, who may call it and when, and what answers.
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path below the API's root; `{id}` stands for a 32-bit integer, `{guid}` for a GUID, `{text}` for
    /// anything, which is why it comes after the paths that have a word there.
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// Whether calls are limited to a few in a quarter of an hour (API §9).
    pub(crate) is_sensitive: bool,
    exists: fn(Profile) -> bool,
    serves_in: &'static [PortalState],
    handler: Handler,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Route {
    /// An endpoint of every portal version, for callers with the scopes of its path.
    const fn new(method: Method, path: &'static str, handler: Handler) -> Self {
        Self {
            method,
            path,
            access: Access::Scoped,
            is_sensitive: false,
            exists: in_every_profile,
            serves_in: &[],
            handler,
        }
    }

    pub(crate) const fn get(path: &'static str, handler: Handler) -> Self {
        Self::new(Method::GET, path, handler)
    }

    pub(crate) const fn post(path: &'static str, handler: Handler) -> Self {
        Self::new(Method::POST, path, handler)
    }

    pub(crate) const fn put(path: &'static str, handler: Handler) -> Self {
        Self::new(Method::PUT, path, handler)
    }

    pub(crate) const fn delete(path: &'static str, handler: Handler) -> Self {
        Self::new(Method::DELETE, path, handler)
    }

    /// Sets who may call it.
    pub(crate) const fn open_to(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// Limits the calls to a few in a quarter of an hour (API §9).
    pub(crate) const fn sensitive(mut self) -> Self {
        self.is_sensitive = true;
        self
    }

    /// Leaves it out of portal versions.
    pub(crate) const fn only_if(mut self, exists: fn(Profile) -> bool) -> Self {
        self.exists = exists;
        self
    }

    /// Lets it answer although the portal is in one of these states.
    pub(crate) const fn even_when(mut self, states: &'static [PortalState]) -> Self {
        self.serves_in = states;
        self
    }

    pub(crate) fn exists_in(&self, profile: Profile) -> bool {
        (self.exists)(profile)
    }

    pub(crate) fn serves_in(&self, state: PortalState) -> bool {
        self.serves_in.contains(&state)
    }

    pub(crate) async fn answer(&self, call: &Call) -> Result<Answer, Refusal> {
        match self.handler {
            Handler::Now(answer) => answer(call),
            Handler::Later(answer) => answer(call).await,
        }
    }
}

fn in_every_profile(_: Profile) -> bool {
    true
}
