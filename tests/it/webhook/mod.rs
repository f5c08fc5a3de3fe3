//! The resource `docspace_webhook`, through the plugin host and against an emulated portal.

mod lifecycle;
mod portal;

pub use self::portal::{Portal, webhook, with};
