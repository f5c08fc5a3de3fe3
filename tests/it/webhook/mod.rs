//! The resource `docspace_webhook`, through the plugin host and against an emulated portal.

mod absence;
mod budget;
mod clash;
mod clients;
mod faults;
mod import;
mod interrupt;
mod lifecycle;
mod planning;
mod portal;
mod provider_block;
mod secrets;
mod triggers;
mod upgrade;
mod validation;

pub use self::portal::{Portal, webhook, with};
