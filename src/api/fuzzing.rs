//! What the fuzz targets call: every decoder of answers, and the redaction of error texts.

use secrecy::SecretString;

use crate::api::http::envelope;
use crate::api::http::redaction::{Quoting, Redactor};
use crate::api::webhooks::deliveries::Delivery;
use crate::api::webhooks::triggers::TriggerCatalog;
use crate::api::webhooks::{Webhook, WebhookListItem};
use crate::api::{groups, keys, people, rooms, settings};

const SECRET: &str = "Fuzz-S3cret-With-24-Chars";

/// Decodes a successful answer with every decoder.
pub(crate) fn answer(bytes: &[u8]) {
    let whole = envelope::decode_list(bytes, WebhookListItem::decode).map(|list| list.items);
    let arriving =
        envelope::decode_list_from(bytes, WebhookListItem::decode).map(|list| list.items);
    assert_eq!(arriving, whole, "a list depends on how it arrives");
    drop(envelope::decode_list(bytes, Delivery::decode));
    drop(envelope::decode_value(bytes, Webhook::decode));
    drop(envelope::decode_value(bytes, TriggerCatalog::decode));
    groups::fuzzing(bytes);
    keys::fuzzing(bytes);
    people::fuzzing(bytes);
    rooms::fuzzing(bytes);
    settings::fuzzing(bytes);
}

/// Decodes an error answer; a secret in it must not be in the message.
pub(crate) fn error(bytes: &[u8]) {
    let redactor = Redactor::new();
    redactor.add(&SecretString::from(SECRET));
    for status in [400, 401, 403, 404, 500, 503] {
        for quoting in [Quoting::Cleaned(&redactor), Quoting::Documented] {
            let failure = envelope::status_failure(status, bytes, quoting);
            let shown = format!("{failure} {failure:?}");
            for piece in SECRET.as_bytes().windows(8) {
                let is_shown = shown.as_bytes().windows(8).any(|window| window == piece);
                assert!(!is_shown, "a piece of a secret got through");
            }
        }
    }
}
