//! An in-memory ONLYOFFICE `DocSpace` portal: the webhook API as observed, with faults on demand.
//!
//! [`Emulator::start`] runs a portal on loopback and returns a handle with which a test looks inside, changes things
//! behind the client's back and injects faults. The program `docspace-emulator` wraps the same for other languages;
//! its control API does over HTTP what the handle does in process.
//!
//! The map: `server` accepts connections, `pipeline` takes a request through log, faults, authentication and the
//! common front, `routes` answers it with the help of `binding` (request bodies), `checks` (`url_rules`, `probe`),
//! `store`, and `answer` and `wire` (response bodies). `profile` alone knows what differs between portal versions.
//! Facts about the portal are cited as "API §n". No type is shared with the provider: a fake that shares types with
//! its client cannot catch a wrong field name.

mod account;
mod address_range;
mod answer;
mod authentication;
mod binding;
mod checks;
mod config;
mod control;
mod dates;
mod emulator;
mod faults;
mod json;
mod locks;
mod log;
mod outbound;
mod password;
mod pipeline;
mod portal;
mod probe;
mod profile;
mod resolver;
mod routes;
mod sabotage;
mod server;
mod store;
mod trigger;
mod url_rules;
mod wire;

pub use account::{Credential, CredentialKind, OWNER_ID, Role, User};
pub use address_range::{AddressRange, InvalidRange};
pub use config::{
    Config, DEFAULT_API_KEY, HostRule, PortalState, ProbeOutcome, RateLimits, Resolution, Settings,
};
pub use emulator::{Emulator, NewWebhook};
pub use faults::{
    Fault, FaultAction, FaultMatch, FaultRedirect, FaultReport, FaultResponse, FaultStage,
    FaultStatus, FaultTrickle, FaultTruncation, InvalidFault,
};
pub use log::{RequestLogEntry, RequestSummary};
pub use password::PasswordPolicy;
pub use profile::{Profile, UnknownProfile};
pub use store::{Webhook, WebhookPatch};
pub use trigger::{TRIGGERS, Trigger, find as find_trigger};
