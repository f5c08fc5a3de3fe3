//! The HTTP client of DocSpace's webhook API.
//!
//! Everything about the portal's API lives here, and nothing about Terraform: this floor would make sense in any
//! program that manages webhooks.
//!
//! | module | holds |
//! | --- | --- |
//! | `http` | one request from verb to answer: queue, retries, proxies, TLS, errors |
//! | `lists` | one list request for any number of readers |
//! | `webhooks` | webhooks, triggers, deliveries: shapes and verbs |
//! | `keys` | API keys, and how many new ones a portal allows |
//! | `people`, `groups`, `rooms` | who is calling, and who and what else there is |
//! | `settings` | version, time zone and password policy |
//! | `timestamp`, `guid` | the portal's dates and ids |
//!
//! Absent on purpose: the environment (callers pass values), user-facing advice (an [`Error`] answers questions, its
//! caller writes the advice), and any way to follow a redirect.

pub mod developer_tools;
pub mod embedding;
#[cfg(feature = "fuzzing")]
pub(crate) mod fuzzing;
pub mod groups;
mod guid;
mod http;
pub mod keys;
mod lists;
mod people;
pub mod rooms;
mod settings;
mod timestamp;
mod webhooks;

pub use guid::{Guid, ParseGuidError};
pub use http::{
    AddressError, ApiKey, ApiKeyError, BaseUrl, BaseUrlError, Cause, Client, Config, ConfigError,
    ConnectReason, Error, ErrorShape, NotJson, Operation, PortalMessage, Proxy, ProxyAnswer,
    ProxyError, ProxyFault, ProxyName, ProxySettingFault, Quoting, Redactor, StatusFailure,
    TlsFault, Waits,
};
pub use lists::{Arrivals, ListSource, Row, RowId, Rows, SharedList, Snapshot, WriteToken};
pub use people::{CurrentUser, Person, Role, UserId};
pub use settings::PasswordPolicy;
pub use timestamp::Timestamp;
pub use webhooks::{
    CatalogEntry, CreateWebhook, CreatedWebhook, Delivery, DeliveryId, DeliveryPage, DeliveryQuery,
    EnableWebhook, EventKey, PairKey, ParseWebhookIdError, Removal, SentBody, StatusGroups,
    TRIGGERS, Trigger, TriggerCatalog, TriggerMask, UpdateWebhook, Webhook, WebhookId, WebhookList,
    WebhookListItem, WebhookSnapshot,
};
