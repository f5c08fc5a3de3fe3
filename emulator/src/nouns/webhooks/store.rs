//! The webhooks of the portal, in memory.
//!
//! Values are kept verbatim (API §4.1). Readers get shared snapshots, so a list of thousands costs one pointer each.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;

use crate::account::OWNER_ID;
use crate::changes::Changes;
use crate::collation;
use crate::database::Database;
use crate::dates::now;

/// A stored webhook; the secret can be compared but not read.
#[derive(Clone, Debug, Serialize)]
pub struct Webhook {
    /// The portal's number, increasing from 1.
    pub id: i32,
    /// As sent.
    pub name: String,
    /// As sent.
    pub uri: String,
    /// Only whether there is a secret is ever shown: `<present>` or an empty text.
    #[serde(serialize_with = "secret_marker")]
    pub(crate) secret: SecretString,
    /// Whether events are delivered.
    pub enabled: bool,
    /// Whether https and a valid certificate are demanded.
    pub ssl: bool,
    /// The bit mask; 0 means every event (API §5).
    pub triggers: i64,
    /// The names as sent, in the tutorial profile only.
    pub trigger_text: Option<String>,
    /// The one entity whose events are delivered; empty or `None` means all.
    pub target_id: Option<String>,
    /// The id of the user who created it.
    pub created_by: String,
    /// When it was created, to the tick; answers round it (API §4.4).
    #[serde(with = "time::serde::rfc3339")]
    pub created_on: OffsetDateTime,
    /// The id of the first modifier, which never changes again (API §4.2).
    pub modified_by: Option<String>,
    /// When it was last updated or delivered to.
    #[serde(with = "time::serde::rfc3339::option")]
    pub modified_on: Option<OffsetDateTime>,
    /// When a delivery last failed for good.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_failure_on: Option<OffsetDateTime>,
    /// What was said about that failure.
    pub last_failure_content: Option<String>,
    /// When a delivery last succeeded.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_success_on: Option<OffsetDateTime>,
    /// The `status` next to the config in lists: that of the latest successful delivery, else 0 (API §6.1).
    pub status: u16,
}

impl Webhook {
    /// Whether the stored secret is exactly this text.
    pub fn secret_is(&self, expected: &str) -> bool {
        self.secret.expose_secret() == expected
    }

    /// Whether a secret is stored at all; only the tutorial profile allows none.
    pub fn has_secret(&self) -> bool {
        !self.secret.expose_secret().is_empty()
    }
}

fn secret_marker<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    let is_empty = secret.expose_secret().is_empty();
    serializer.serialize_str(if is_empty { "" } else { "<present>" })
}

/// Changes to a stored webhook out of band; `None` leaves a field as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookPatch {
    /// See [`Webhook::name`].
    pub name: Option<String>,
    /// See [`Webhook::uri`].
    pub uri: Option<String>,
    /// A new secret, not checked against any policy.
    pub secret: Option<SecretString>,
    /// See [`Webhook::enabled`].
    pub enabled: Option<bool>,
    /// See [`Webhook::ssl`].
    pub ssl: Option<bool>,
    /// See [`Webhook::triggers`].
    pub triggers: Option<i64>,
    /// See [`Webhook::trigger_text`].
    #[serde(deserialize_with = "given")]
    pub trigger_text: Option<Option<String>>,
    /// See [`Webhook::target_id`].
    #[serde(deserialize_with = "given")]
    pub target_id: Option<Option<String>>,
    /// See [`Webhook::created_by`].
    pub created_by: Option<String>,
    /// See [`Webhook::created_on`].
    #[serde(with = "time::serde::rfc3339::option")]
    pub created_on: Option<OffsetDateTime>,
    /// See [`Webhook::modified_by`].
    #[serde(deserialize_with = "given")]
    pub modified_by: Option<Option<String>>,
    /// See [`Webhook::modified_on`].
    #[serde(deserialize_with = "given_date")]
    pub modified_on: Option<Option<OffsetDateTime>>,
    /// See [`Webhook::last_failure_on`].
    #[serde(deserialize_with = "given_date")]
    pub last_failure_on: Option<Option<OffsetDateTime>>,
    /// See [`Webhook::last_failure_content`].
    #[serde(deserialize_with = "given")]
    pub last_failure_content: Option<Option<String>>,
    /// See [`Webhook::last_success_on`].
    #[serde(deserialize_with = "given_date")]
    pub last_success_on: Option<Option<OffsetDateTime>>,
    /// See [`Webhook::status`].
    pub status: Option<u16>,
}

#[expect(clippy::option_option, reason = "tells a given null from an absence")]
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

#[expect(clippy::option_option, reason = "tells a given null from an absence")]
fn given_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<OffsetDateTime>>, D::Error> {
    time::serde::rfc3339::option::deserialize(deserializer).map(Some)
}

impl WebhookPatch {
    fn apply(self, webhook: &mut Webhook) {
        fn set<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        set(&mut webhook.name, self.name);
        set(&mut webhook.uri, self.uri);
        set(&mut webhook.secret, self.secret);
        set(&mut webhook.enabled, self.enabled);
        set(&mut webhook.ssl, self.ssl);
        if self.triggers.is_some() {
            webhook.trigger_text = None;
        }
        set(&mut webhook.triggers, self.triggers);
        set(&mut webhook.trigger_text, self.trigger_text);
        set(&mut webhook.target_id, self.target_id);
        set(&mut webhook.created_by, self.created_by);
        set(&mut webhook.created_on, self.created_on);
        set(&mut webhook.modified_by, self.modified_by);
        set(&mut webhook.modified_on, self.modified_on);
        set(&mut webhook.last_failure_on, self.last_failure_on);
        set(&mut webhook.last_failure_content, self.last_failure_content);
        set(&mut webhook.last_success_on, self.last_success_on);
        set(&mut webhook.status, self.status);
    }
}

/// A webhook stored without asking the API: no check runs, the owner counts as its creator unless told otherwise.
///
/// Unlike what create stores (API §16 O1), it may be switched off.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewWebhook {
    /// See [`Webhook::name`].
    pub name: String,
    /// See [`Webhook::uri`].
    pub uri: String,
    /// The secret deliveries are signed with.
    pub secret: SecretString,
    /// See [`Webhook::enabled`].
    pub enabled: bool,
    /// See [`Webhook::ssl`].
    pub ssl: bool,
    /// See [`Webhook::triggers`].
    pub triggers: i64,
    /// See [`Webhook::target_id`].
    pub target_id: Option<String>,
    /// See [`Webhook::created_by`].
    pub created_by: String,
}

impl Default for NewWebhook {
    fn default() -> Self {
        Self {
            name: "Somebody's webhook".to_owned(),
            uri: "https://example.com/somebody".to_owned(),
            secret: SecretString::from("somebodys-secret"),
            enabled: true,
            ssl: true,
            triggers: 0,
            target_id: None,
            created_by: OWNER_ID.to_owned(),
        }
    }
}

impl NewWebhook {
    pub(crate) fn into_webhook(self) -> Webhook {
        Webhook {
            id: 0,
            name: self.name,
            uri: self.uri,
            secret: self.secret,
            enabled: self.enabled,
            ssl: self.ssl,
            triggers: self.triggers,
            trigger_text: None,
            target_id: self.target_id,
            created_by: self.created_by,
            created_on: now(),
            modified_by: None,
            modified_on: None,
            last_failure_on: None,
            last_failure_content: None,
            last_success_on: None,
            status: 0,
        }
    }
}

/// The table of webhooks with its id counter and the index of `(uri, name)` as they are compared.
#[derive(Debug, Default)]
pub(crate) struct Store {
    last_id: i32,
    changes: Arc<Changes>,
    webhooks: BTreeMap<i32, Arc<Webhook>>,
    pairs: HashMap<String, BTreeSet<i32>>,
}

impl Store {
    pub(crate) fn new(changes: &Arc<Changes>) -> Self {
        Self {
            changes: Arc::clone(changes),
            ..Self::default()
        }
    }

    /// Takes over what was stored before a restart.
    pub(crate) fn restore(&mut self, last_id: i32, webhooks: impl IntoIterator<Item = Webhook>) {
        for webhook in webhooks {
            self.last_id = self.last_id.max(webhook.id);
            self.put(webhook);
        }
        self.last_id = self.last_id.max(last_id);
    }

    /// The greatest id ever given.
    pub(crate) fn last_id(&self) -> i32 {
        self.last_id
    }

    /// Returns all webhooks by id.
    pub(crate) fn snapshot(&self) -> Vec<Arc<Webhook>> {
        self.webhooks.values().map(Arc::clone).collect()
    }

    pub(crate) fn find(&self, id: i32) -> Option<Arc<Webhook>> {
        self.webhooks.get(&id).map(Arc::clone)
    }

    /// Returns the webhook with this address and name, compared as the portal's database does (API §7 E).
    pub(crate) fn find_pair(
        &self,
        uri: &str,
        name: &str,
        database: Database,
    ) -> Option<Arc<Webhook>> {
        let ids = self.pairs.get(&pair_key(uri, name))?;
        ids.iter().filter_map(|id| self.find(*id)).find(|webhook| {
            database.finds_equal(&webhook.uri, uri) && database.finds_equal(&webhook.name, name)
        })
    }

    /// Stores a webhook under the next id.
    pub(crate) fn insert(&mut self, mut webhook: Webhook) -> Arc<Webhook> {
        self.last_id += 1;
        webhook.id = self.last_id;
        self.put(webhook)
    }

    pub(crate) fn change(
        &mut self,
        id: i32,
        change: impl FnOnce(&mut Webhook),
    ) -> Option<Arc<Webhook>> {
        let mut webhook = Arc::unwrap_or_clone(self.remove(id)?);
        change(&mut webhook);
        Some(self.put(webhook))
    }

    pub(crate) fn patch(&mut self, id: i32, patch: WebhookPatch) -> Option<Arc<Webhook>> {
        self.change(id, |webhook| patch.apply(webhook))
    }

    pub(crate) fn remove(&mut self, id: i32) -> Option<Arc<Webhook>> {
        let webhook = self.webhooks.remove(&id)?;
        self.changes.note();
        let key = pair_key(&webhook.uri, &webhook.name);
        if let Some(ids) = self.pairs.get_mut(&key) {
            ids.remove(&id);
            if ids.is_empty() {
                self.pairs.remove(&key);
            }
        }
        Some(webhook)
    }

    /// Forgets every webhook; ids start at 1 again.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(&self.changes);
        self.changes.note();
    }

    fn put(&mut self, webhook: Webhook) -> Arc<Webhook> {
        let webhook = Arc::new(webhook);
        self.pairs
            .entry(pair_key(&webhook.uri, &webhook.name))
            .or_default()
            .insert(webhook.id);
        self.webhooks.insert(webhook.id, Arc::clone(&webhook));
        self.changes.note();
        webhook
    }
}

/// The common key of pairs that any database may treat as equal; some databases are stricter.
pub(crate) fn pair_key(uri: &str, name: &str) -> String {
    format!("{}\n{}", collation::key(uri), collation::key(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(name: &str) -> Webhook {
        let webhook = NewWebhook {
            name: name.to_owned(),
            uri: "https://example.com/".to_owned(),
            secret: SecretString::from("my-secret"),
            ..NewWebhook::default()
        };
        webhook.into_webhook()
    }

    #[test]
    fn ids_increase_and_are_never_used_twice() {
        let mut store = Store::default();
        assert_eq!(store.insert(webhook("a")).id, 1);
        assert_eq!(store.insert(webhook("b")).id, 2);
        store.remove(2);
        assert_eq!(store.insert(webhook("b")).id, 3);
    }

    #[test]
    fn the_pair_index_follows_renames_and_removals() {
        let mut store = Store::default();
        let id = store.insert(webhook("Name")).id;
        let found = |store: &Store, name: &str, database| {
            let found = store.find_pair("HTTPS://example.com/", name, database);
            found.map(|webhook| webhook.id)
        };
        assert_eq!(found(&store, "name", Database::MySql), Some(id));
        assert_eq!(found(&store, "Name", Database::PostgreSql), None);
        let exact = store.find_pair("https://example.com/", "Name", Database::PostgreSql);
        assert!(exact.is_some());
        store.change(id, |webhook| webhook.name = "other".to_owned());
        assert_eq!(found(&store, "name", Database::MySql), None);
        assert_eq!(found(&store, "OTHER", Database::MySql), Some(id));
        store.remove(id);
        assert_eq!(found(&store, "other", Database::MySql), None);
    }

    #[test]
    fn a_patch_tells_null_from_absent() {
        let mut store = Store::default();
        let id = store.insert(webhook("a")).id;
        let set: WebhookPatch = serde_json::from_str(
            r#"{"target_id":"5","last_success_on":"2026-06-30T12:00:00Z","enabled":false}"#,
        )
        .expect("a patch");
        let changed = store.patch(id, set).expect("changed");
        assert_eq!(changed.target_id.as_deref(), Some("5"));
        assert!(changed.last_success_on.is_some());
        assert!(!changed.enabled);
        let unset: WebhookPatch =
            serde_json::from_str(r#"{"target_id":null,"last_success_on":null}"#).expect("a patch");
        let changed = store.patch(id, unset).expect("changed");
        assert_eq!(changed.target_id, None);
        assert_eq!(changed.last_success_on, None);
        assert!(!changed.enabled);
        assert!(serde_json::from_str::<WebhookPatch>(r#"{"ID":1}"#).is_err());
    }

    #[test]
    fn the_secret_is_never_shown() {
        let webhook = webhook("a");
        let json = serde_json::to_string(&webhook).expect("serializable");
        assert!(json.contains(r#""secret":"<present>""#));
        assert!(!json.contains("my-secret"));
        assert!(!format!("{webhook:?}").contains("my-secret"));
        assert!(webhook.secret_is("my-secret"));
    }
}
