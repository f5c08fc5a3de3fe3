//! An in-memory ONLYOFFICE `DocSpace` portal: the webhook API as observed, with faults on demand.
//!
//! [`Emulator::start`] runs a portal on loopback and returns a handle with which a test looks inside, changes things
//! behind the client's back and injects faults. The program `docspace-emulator` wraps the same for other languages;
//! its control API does over HTTP what the handle does in process.
//!
//! The map: `server` accepts connections, `pipeline` takes a request through log, faults, authentication and the
//! common front, `routes` answers it with the help of `binding` and `key_binding` (request bodies), `checks` (`url_rules`, `probe`),
//! `store` (with `collation` and `races`), and `answer`, `wire` and `fields` (response bodies). `event`, `delivery` and `journal` tell receivers what happens;
//! `faults` and `sabotage` make things go wrong; `control` opens all of it to other programs. `profile` alone knows what differs between portal versions.
//! Facts about the portal are cited as "API §n". No type is shared with the provider: a fake that shares types with
//! its client cannot catch a wrong field name.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod account;
mod address_range;
mod answer;
mod authentication;
mod binding;
mod checks;
mod collation;
mod config;
mod control;
mod database;
mod dates;
mod delivery;
mod directory;
mod emulator;
mod event;
mod faults;
mod fields;
mod journal;
mod json;
mod key_binding;
mod limit_req;
mod limits;
mod locks;
mod log;
mod outbound;
mod outcome;
mod password;
mod payload;
mod pipeline;
mod portal;
mod probe;
mod profile;
mod races;
mod resolver;
mod routes;
mod sabotage;
mod server;
mod state_file;
mod store;
mod tls;
mod trigger;
mod url_rules;
mod wire;

pub use account::{Credential, CredentialKind, OWNER_ID, Role, User};
pub use address_range::{AddressRange, InvalidRange};
pub use config::{
    Config, DEFAULT_API_KEY, HostRule, InvalidSettings, PortalState, ProbeOutcome, RateLimits,
    Resolution, Settings, TlsIdentity,
};
pub use database::Database;
pub use emulator::Emulator;
pub use event::{Event, InvalidEvent};
pub use faults::{
    Fault, FaultAction, FaultMatch, FaultRedirect, FaultReport, FaultResponse, FaultStage,
    FaultStatus, FaultTrickle, FaultTruncation, InvalidFault,
};
pub use journal::{Delivery, DeliveryState};
pub use limit_req::{LimitReq, RetryAfter};
pub use log::{RequestLogEntry, RequestSummary};
pub use password::PasswordPolicy;
pub use profile::{Profile, UnknownProfile};
pub use store::{NewWebhook, Webhook, WebhookPatch};
pub use trigger::{TRIGGERS, Trigger, find as find_trigger};
