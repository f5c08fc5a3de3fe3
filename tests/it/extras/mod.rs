//! What the provider offers beside managing a webhook, through the plugin host, which plays cores
//! newer than any command line tool on this machine.

/// What each version of Terraform and OpenTofu gets, and that nothing breaks for any.
mod clients;
/// Provider configurations that are not known yet.
mod deferral;
/// The ephemeral resource `docspace_webhook_secret`.
mod ephemeral;
/// Configurations written for webhooks that exist.
mod generate;
/// What identifies a webhook beside its state.
mod identity;
/// The list resource `docspace_webhook`.
mod list;
/// `moved` blocks from generic REST providers.
mod moved;
mod portal;
mod receiver;
/// The action `docspace_webhook_redeliver`.
mod redeliver;

pub use self::portal::{Portal, WEBHOOK, webhook, with};
pub use self::redeliver::{scene, upload};
