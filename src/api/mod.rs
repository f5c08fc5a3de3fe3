//! The HTTP client of DocSpace's webhook API.
//!
//! Everything the portal's API is made of lives here and nothing of Terraform does: this floor would make sense in
//! any program that manages webhooks.
//!
//! | module | holds |
//! | --- | --- |
//! | `config` | the settings of a client and the parsing of its two delicate ones, address and key |
//! | `client` | one request from verb to answer: gate, attempts, log line |
//! | `transport` | the HTTP library, built at the first request |
//! | `proxy` | which proxy, by the rules of Go |
//! | `failure` | what the errors of the libraries mean |
//! | `trust`, `certificates` | TLS: whose certificate is taken for the portal's; the certificates of the configuration |
//! | `retry` | which request may be repeated |
//! | `gate`, `pace`, `write_limit` | who may send next: the line, requests a second, writes in flight |
//! | `envelope`, `json` | what an answer's bytes mean, with the path of whatever does not fit |
//! | `error`, `redaction`, `documented` | what went wrong, without secrets |
//! | `webhooks`, `triggers`, `deliveries`, `portal` | the areas of the API: shapes and verbs |
//! | `shared_list`, `snapshot` | one list request for any number of readers |
//! | `collation` | which names and addresses the portal takes for the same |
//! | `arriving` | a list that is read while it arrives |
//!
//! Absent on purpose: the environment (callers pass values), user-facing advice (an [`Error`] answers questions, its
//! reader words the advice), and any way to follow a redirect.

mod arriving;
mod certificates;
mod client;
mod collation;
mod config;
mod deliveries;
mod documented;
mod envelope;
mod error;
mod failure;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
mod gate;
mod json;
mod pace;
mod portal;
mod proxy;
mod redaction;
mod retry;
mod shared_list;
mod snapshot;
mod transport;
mod triggers;
mod trust;
mod webhooks;
mod write_limit;

pub use arriving::Arrivals;
pub use client::Client;
pub use collation::PairKey;
pub use config::{ApiKey, ApiKeyError, BaseUrl, BaseUrlError, Config, ConfigError};
pub use deliveries::{
    Delivery, DeliveryId, DeliveryPage, DeliveryQuery, EventKey, SentBody, StatusGroups,
};
pub use error::{Cause, ConnectReason, Error, ErrorShape, NotJson, StatusFailure, TlsFault};
pub use portal::{CurrentUser, PasswordPolicy, Role};
pub use proxy::{
    AddressError, Proxy, ProxyAnswer, ProxyError, ProxyFault, ProxyName, ProxySettingFault,
};
pub use redaction::{PortalMessage, Quoting, Redactor};
pub use retry::{Operation, Waits};
pub use shared_list::{ListSource, SharedList, WriteToken};
pub use snapshot::Snapshot;
pub use triggers::{CatalogEntry, TRIGGERS, Trigger, TriggerCatalog, TriggerMask};
pub use webhooks::{
    CreateWebhook, CreatedWebhook, EnableWebhook, ParseWebhookIdError, Removal, Timestamp,
    UpdateWebhook, UserId, Webhook, WebhookId, WebhookListItem,
};
