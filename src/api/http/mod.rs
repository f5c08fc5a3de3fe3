//! One request from verb to answer, and what all requests share.
//!
//! | module | holds |
//! | --- | --- |
//! | `config`, `base_url` | the settings of a client, and the parsing of its delicate ones, address and key |
//! | `client` | one request: its turn, attempts, log line |
//! | `operation` | what a request does, which decides whether it may be repeated |
//! | `transport` | the HTTP library, built at the first request |
//! | `proxy` | which proxy, by the rules of Go |
//! | `failure` | what the errors of the libraries mean |
//! | `trust`, `certificates` | TLS: which certificate is accepted as the portal's; the certificates of the configuration |
//! | `retry` | which request is repeated, and when |
//! | `gate`, `pace`, `write_limit` | which request may be sent next: the queue, requests a second, writes in flight |
//! | `pages` | lists that come in pages |
//! | `envelope`, `json`, `arriving` | what an answer's bytes mean, with the path of whatever does not fit |
//! | `error`, `redaction`, `documented` | what went wrong, without secrets |

pub(in crate::api) mod arriving;
mod base_url;
mod certificates;
pub(in crate::api) mod client;
mod config;
mod documented;
pub(in crate::api) mod envelope;
pub(in crate::api) mod error;
mod failure;
mod gate;
pub(in crate::api) mod json;
pub(in crate::api) mod operation;
mod pace;
mod pages;
mod proxy;
pub(in crate::api) mod redaction;
mod retry;
mod transport;
mod trust;
mod write_limit;

pub use base_url::{BaseUrl, BaseUrlError};
pub use client::Client;
pub use config::{ApiKey, ApiKeyError, Config, ConfigError};
pub use error::{Cause, ConnectReason, Error, ErrorShape, NotJson, StatusFailure};
pub use failure::TlsFault;
pub use operation::Operation;
pub use proxy::{
    AddressError, Proxy, ProxyAnswer, ProxyError, ProxyFault, ProxyName, ProxySettingFault,
};
pub use redaction::{PortalMessage, Quoting, Redactor};
pub use retry::Waits;
