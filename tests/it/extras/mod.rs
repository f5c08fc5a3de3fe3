//! What the provider offers beside managing a webhook, through the plugin host, which plays cores
//! newer than any command line tool on this machine.

/// Values that are not there, or not known at all.
mod absent;
/// What each version of Terraform and OpenTofu gets, and that nothing breaks for any.
mod clients;
/// Provider configurations that are not known yet.
mod deferral;
/// The ephemeral resource `docspace_webhook_secret`.
mod ephemeral;
/// Examples that the command line tool of this machine is too old for.
mod examples;
/// Configurations written for webhooks that exist.
mod generate;
/// What identifies a webhook beside its state.
mod identity;
/// The list resource `docspace_webhook`.
mod list;
/// `moved` blocks from generic REST providers.
mod moved;
#[path = "../../support/receiver.rs"]
mod receiver;
/// The action `docspace_webhook_redeliver`.
mod redeliver;
/// What a list resource finds while the portal's list still arrives.
mod streaming;

/// Portals from before triggers to the newest.
mod versions;
/// Long waits, wherever they happen.
mod waits;

pub use self::redeliver::{scene, upload};
pub use crate::portal::{Portal, WEBHOOK, on, webhook, with};
