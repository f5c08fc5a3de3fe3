//! The resource `docspace_webhook`, through the plugin host and against an emulated portal.

mod clash;
mod faults;
mod lifecycle;
mod planning;
mod portal;
mod provider_block;
mod secrets;
mod triggers;
mod validation;

pub use self::portal::{Portal, webhook, with};
