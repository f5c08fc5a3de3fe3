//! The data source `docspace_api_keys`: all keys that the caller may see.

use std::cmp::Reverse;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::filter::{KeyFilter, with_filters};
use super::model::{
    CREATED_BY, CREATED_ON, EXPIRED, EXPIRES_AT, EXPIRES_IN_DAYS, ID, IS_ACTIVE, KEY_POSTFIX, NAME,
    PERMISSIONS, refresh,
};
use crate::api::Timestamp;
use crate::api::keys::Key;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Object, Type, Value};
use crate::provider::portal::{LivePortal, Portal};

const KEYS: &str = "keys";

/// The data source `docspace_api_keys`.
#[derive(Debug)]
pub(super) struct ApiKeys;

#[async_trait]
impl DataSource<Portal> for ApiKeys {
    fn type_name(&self) -> &'static str {
        "docspace_api_keys"
    }

    fn schema(&self) -> Schema {
        with_filters(Schema::new(
            "The API keys that the owner of the provider's key may see, or those that match every filter: an \
             administrator sees everyone's keys, others see their own. Expired keys stay in the list. The keys \
             themselves are absent: the portal shows each once, to whoever creates it. Any number of keys costs one \
             request.",
        ))
        .with(
            KEYS,
            Attribute::nested(Nesting::List, attributes(), "The keys, newest first."),
        )
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        let read = read(portal, config).await;
        diagnostics.extend(portal.long_wait());
        read
    }
}

fn attributes() -> [(&'static str, Attribute); 9] {
    let text = |description: &str| Attribute::computed(Type::String, description);
    [
        (ID, text("The key's id, a GUID.")),
        (NAME, text("The name; other keys may have the same.")),
        (
            PERMISSIONS,
            Attribute::computed(
                Type::set(Type::String),
                "What the key may do; `*` alone for everything that its owner may do.",
            ),
        ),
        (
            IS_ACTIVE,
            Attribute::computed(
                Type::Bool,
                "Whether the key is switched on. The portal switches expired keys off.",
            ),
        ),
        (KEY_POSTFIX, text("The last four characters of the key.")),
        (CREATED_ON, text("When the key was created, in RFC 3339.")),
        (
            CREATED_BY,
            text("The id of the person for whom the key acts."),
        ),
        (
            EXPIRES_AT,
            text("When the key expires, in RFC 3339. Null for a key that never does."),
        ),
        (
            EXPIRED,
            Attribute::computed(Type::Bool, "Whether the key has expired."),
        ),
    ]
}

async fn read(portal: &LivePortal, config: Object) -> Result<Object, Diagnostic> {
    let filter = KeyFilter::from_config(&config);
    let list = portal.keys().current_list(portal).await;
    let list = list.map_err(|error| portal.explain("Could not list the API keys", &error))?;
    let mut keys: Vec<Key> = list.items().filter(|key| filter.matches(key)).collect();
    sort(&mut keys);
    let keys = keys.into_iter().map(|key| Value::Object(describe(&key)));
    Ok(config.with(KEYS, Value::List(keys.collect())))
}

/// Puts the newest first. Only whole seconds count: the answer to a creation that came while the list was read is more
/// precise than the next list (IH §15a), and both must give the same order.
fn sort(keys: &mut [Key]) {
    keys.sort_by_key(|key| {
        let made = key.created_on.as_ref();
        let made = made.and_then(Timestamp::to_offset_date_time);
        Reverse((made.map(OffsetDateTime::unix_timestamp), key.id))
    });
}

fn describe(key: &Key) -> Object {
    let mut described = refresh(Object::new(), key);
    described.take(EXPIRES_IN_DAYS);
    described
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::keys::{KeyId, Permissions};

    fn key(id: u8, created_on: &str) -> Key {
        Key {
            id: format!("00000000-0000-0000-0000-0000000000{id:02}")
                .parse()
                .unwrap(),
            name: "CI".to_owned(),
            postfix: "1a2b".to_owned(),
            permissions: Permissions::Unrestricted,
            created_on: Some(Timestamp::new(created_on)),
            created_by: None,
            expires_at: None,
            is_active: true,
        }
    }

    #[test]
    fn the_order_is_that_of_the_next_list_too() {
        let dates = [
            ["2026-11-29T07:12:52.1Z", "2026-11-29T07:12:52Z"],
            ["2026-11-29T07:12:53.8632236Z", "2026-11-29T07:12:53Z"],
            ["2026-11-29T07:12:52.9632236Z", "2026-11-29T07:12:52Z"],
            ["2026-11-29T07:12:53.1Z", "2026-11-29T07:12:53Z"],
        ];
        let order = |which: usize| -> Vec<KeyId> {
            let mut keys: Vec<Key> = (1..)
                .zip(dates)
                .map(|(id, date)| key(id, date[which]))
                .collect();
            sort(&mut keys);
            keys.iter().map(|key| key.id).collect()
        };
        assert_eq!(order(0), order(1));
        assert_eq!(order(0)[0], key(4, "").id, "the newest first");
    }
}
