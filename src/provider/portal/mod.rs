//! A configured portal: its client, and what this process knows of the portal.
//!
//! One value per provider configuration. Everything that resources and data sources share is here or in a noun's own
//! [`Session`], so that N objects cost one list request and at most one of each of the others (product §8).

mod cache;
mod health;
mod listing;
mod own_key;

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use elsa::sync::FrozenMap;

use self::cache::Cache;
use self::health::Health;
use self::own_key::OwnKey;
use super::diagnose::{Refusals, Wording};
use crate::api::{Client, Error};
use crate::framework::diagnostics::Diagnostic;

/// What the provider block became.
#[derive(Debug)]
pub enum Portal {
    /// A portal that can be asked.
    Known(Box<LivePortal>),
    /// These attributes of the provider block are known only after apply.
    Unknown(Vec<&'static str>),
}

impl Portal {
    /// Returns the portal, or the diagnostic that says why it cannot be asked yet.
    pub(super) fn live(&self) -> Result<&LivePortal, Diagnostic> {
        match self {
            Self::Known(portal) => Ok(portal),
            Self::Unknown(names) => Err(Diagnostic::error(
                "Provider configuration is not known yet",
                format!(
                    "{} of the provider block will be known only after apply, so the portal cannot be asked yet. \
                     Apply what it depends on first, with -target, or set it to a known value.",
                    names.join(" and ")
                ),
            )),
        }
    }

    /// Returns a warning, once per process, when the portal made a request wait for long.
    pub(super) fn long_wait(&self) -> Option<Diagnostic> {
        self.known()?.long_wait()
    }

    /// Returns the portal if it can be asked.
    pub(super) fn known(&self) -> Option<&LivePortal> {
        match self {
            Self::Known(portal) => Some(portal),
            Self::Unknown(_) => None,
        }
    }
}

/// What a noun keeps of a portal while the process runs, such as its shared list.
pub(super) trait Session: fmt::Debug + Send + Sync + 'static {
    /// Starts a session. Nothing is requested.
    fn new(client: &Client) -> Self;
}

/// A portal that can be asked.
#[derive(Debug)]
pub struct LivePortal {
    /// The client.
    pub(super) client: Client,
    origin: String,
    cache: Cache,
    health: Health,
    own_key: OwnKey,
    wording: Wording,
    sessions: FrozenMap<TypeId, Box<dyn Any + Send + Sync>>,
    is_applying: AtomicBool,
}

impl LivePortal {
    /// Wraps a client. Nothing is requested. The nouns explain what their endpoints refuse.
    pub(super) fn new(client: Client, nouns: &'static [&'static dyn Refusals]) -> Self {
        Self {
            origin: client.config().base_url.origin(),
            client,
            cache: Cache::default(),
            health: Health::default(),
            own_key: OwnKey::default(),
            wording: Wording::new(nouns),
            sessions: FrozenMap::default(),
            is_applying: AtomicBool::new(false),
        }
    }

    /// Returns the session of a noun, started when it is first asked for.
    #[expect(clippy::expect_used, reason = "a session stands under its own type")]
    pub(super) fn session<S: Session>(&self) -> &S {
        let start = || Box::new(S::new(&self.client)) as Box<dyn Any + Send + Sync>;
        let session = self.sessions.insert_with(TypeId::of::<S>(), start);
        session.downcast_ref().expect("own type")
    }

    /// Returns the origin of the portal's address: `scheme://host`, with the port unless it is the default.
    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// Notes that this process applies a plan.
    pub(super) fn mark_applying(&self) {
        self.is_applying.store(true, Ordering::Relaxed);
    }

    /// Returns whether this process applies a plan. Scripts that run between the resources may then change anything, so
    /// reads have to ask the portal again.
    pub(super) fn is_applying(&self) -> bool {
        self.is_applying.load(Ordering::Relaxed)
    }

    /// Returns the words for failed requests.
    pub(super) fn wording(&self) -> &Wording {
        &self.wording
    }

    /// Explains a failed request: what failed, such as "Could not create the webhook", and why.
    pub(super) fn explain(&self, what: &str, error: &Error) -> Diagnostic {
        self.wording.explain(what, error)
    }
}
