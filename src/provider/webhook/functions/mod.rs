//! Functions that configurations can call: `provider::docspace::…` (product §6).
//!
//! Pure and offline: the same arguments give the same result, and Terraform calls them in processes
//! that are never configured (TPP §8.10). So nothing here may see a portal.
//!
//! Terraform puts an error's text into a sentence of its own, which ends with a period, so the texts here end without
//! one.

mod triggers_decode;
mod triggers_encode;
mod webhook_signature;

pub(super) use self::triggers_decode::TriggersDecode;
pub(super) use self::triggers_encode::TriggersEncode;
pub(super) use self::webhook_signature::WebhookSignature;
