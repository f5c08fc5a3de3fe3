//! An in-memory ONLYOFFICE `DocSpace` portal: the webhook API as observed, with faults on demand.
//!
//! [`Emulator::start`] runs a portal on loopback and returns a handle with which a test looks inside, changes things
//! behind the client's back and injects faults. The program `docspace-emulator` wraps the same for other languages;
//! its control API does over HTTP what the handle does in process.
//!
//! The map: `front` takes a request through connection, log, faults, credentials and limits, and `nouns` answers it: a
//! folder for each thing that the portal has, with its routes, its bodies and its state. `delivery` tells receivers what
//! happens; `faults` makes things go wrong; `control` opens all of it to other programs. `profile` alone knows what
//! differs between portal versions.
//! Facts about the portal are cited as "API §n" and "IH §n", which are pages in `design/`. No type is shared with the provider: a fake that shares types with
//! its client cannot catch a wrong field name.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod account;
mod address_range;
mod changes;
mod collation;
mod config;
mod control;
mod database;
mod dates;
mod delivery;
mod emulator;
mod faults;
mod front;
mod locks;
mod nouns;
mod portal;
mod profile;
mod state_file;

pub use account::{Credential, CredentialKind, OWNER_ID, Role, User};
pub use address_range::{AddressRange, InvalidRange};
pub use config::{
    Config, DEFAULT_API_KEY, HostRule, InvalidSettings, PortalState, ProbeOutcome, RateLimits,
    Resolution, Settings, TlsIdentity,
};
pub use database::Database;
pub use delivery::event::{Event, InvalidEvent};
pub use delivery::journal::{Delivery, DeliveryState};
pub use emulator::Emulator;
pub use faults::rules::{
    Fault, FaultAction, FaultMatch, FaultRedirect, FaultReport, FaultResponse, FaultStage,
    FaultStatus, FaultTrickle, FaultTruncation, InvalidFault,
};
pub use front::limit_req::{LimitReq, RetryAfter};
pub use front::log::{RequestLogEntry, RequestSummary};
pub use nouns::catalogue::trigger::{TRIGGERS, Trigger, find as find_trigger};
pub use nouns::groups::group::Group;
pub use nouns::keys::handle::IssuedKey;
pub use nouns::rooms::room::{NewRoom, Room, RoomArea};
pub use nouns::settings::password::PasswordPolicy;
pub use nouns::webhooks::store::{NewWebhook, Webhook, WebhookPatch};
pub use profile::{Profile, UnknownProfile};
