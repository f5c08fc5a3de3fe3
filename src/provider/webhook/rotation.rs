//! When a secret is sent, and what is stored of it (product §4.2).
//!
//! Planning never invents a number and never decides on a write-only value alone, because that value
//! may differ between plan and apply (TPP §7.2, §8.8): wherever the secret might have changed, the
//! version is planned unknown, and applying decides from the configuration given there.
//!
//! | configuration | sent on update | stored |
//! | --- | --- | --- |
//! | `secret_key` | when it differs from the stored one, and from the hash if there is one | the secret |
//! | `secret_key_wo` with a version (manual mode) | when the version changes | the version |
//! | `secret_key_wo` alone (automatic mode) | when the hash does not recognize it | version and hash |
//! | neither | never | what was generated |

use super::model::{
    SECRET_KEY, SECRET_KEY_WO, SECRET_KEY_WO_VERSION, SecretOrigin, StoredSecret, WebhookPrivate,
};
use super::secret::{self, NoRandomness, SecretHash};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::{Number, Object, SecretText, Value};

/// What is planned for the secret.
#[derive(Debug)]
pub(super) struct SecretPlan {
    /// The planned `secret_key`.
    pub(super) key: Value,
    /// The planned `secret_key_wo_version`.
    pub(super) version: Value,
    /// Whether a configured secret was removed, so that the portal keeps using the old one.
    pub(super) is_removed: bool,
    /// The attribute and the secret that will be sent, as far as planning can tell.
    pub(super) sends: Option<(&'static str, SecretText)>,
}

/// What happens to the secret when a change is applied.
#[derive(Debug)]
pub(super) struct SecretChange {
    /// The secret to send, if any.
    pub(super) send: Option<SecretText>,
    /// What is stored afterwards.
    pub(super) stored: StoredSecret,
    origin: Option<SecretOrigin>,
    hash: Option<SecretHash>,
}

impl SecretChange {
    /// Records the change in private state.
    pub(super) fn record(&self, private: &mut WebhookPrivate) {
        private.secret_origin = self.origin;
        private.secret_hash.clone_from(&self.hash);
    }
}

/// Plans the secret of a new webhook.
pub(super) fn plan_create(config: &Object) -> SecretPlan {
    let (key, wo) = (config.get(SECRET_KEY), config.get(SECRET_KEY_WO));
    let version = config.get(SECRET_KEY_WO_VERSION);
    SecretPlan {
        key: match (key, wo) {
            (Value::Null, Value::Null) => Value::unknown_not_null(),
            // It may turn out null, and then a secret is generated.
            (Value::Null, Value::Unknown(_)) => Value::unknown(),
            (Value::Null, _) => Value::Null,
            (key, _) => key.clone(),
        },
        version: match (version, wo) {
            (Value::Null, Value::Null) => Value::Null,
            (Value::Null, Value::Unknown(_)) => Value::unknown(),
            (Value::Null, _) => Value::unknown_not_null(),
            (version, _) => version.clone(),
        },
        is_removed: false,
        sends: configured(config),
    }
}

/// Plans the secret of an existing webhook. `is_changed` says whether any other attribute changes.
pub(super) async fn plan_update(
    config: &Object,
    prior: &Object,
    private: &WebhookPrivate,
    is_changed: bool,
) -> SecretPlan {
    let (key, wo) = (config.get(SECRET_KEY), config.get(SECRET_KEY_WO));
    let stored = prior.get(SECRET_KEY);
    let is_removed = key.is_null()
        && wo.is_null()
        && (!prior.get(SECRET_KEY_WO_VERSION).is_null()
            || (!stored.is_null() && private.secret_origin == Some(SecretOrigin::Configured)));
    let planned_key = match (key, wo) {
        (Value::Null, Value::Null) if is_removed => Value::Null,
        (Value::Null, Value::Null) => stored.clone(),
        (Value::Null, Value::Unknown(_)) if stored.is_null() => Value::Null,
        (Value::Null, Value::Unknown(_)) => Value::unknown(),
        (Value::Null, _) => Value::Null,
        (key, _) => key.clone(),
    };
    let is_changed = is_changed || planned_key != *stored;
    let (version, sends) = match (config.get(SECRET_KEY_WO_VERSION), wo) {
        (Value::Null, Value::Null) => (Value::Null, changed_key(key, stored)),
        (Value::Null, wo) => plan_automatic(wo, prior, private, is_changed).await,
        (version, wo) => (version.clone(), changed_version(version, wo, prior)),
    };
    SecretPlan {
        key: planned_key,
        version,
        is_removed,
        sends,
    }
}

/// Plans automatic mode: the prior number only when nothing at all changes.
async fn plan_automatic(
    wo: &Value,
    prior: &Object,
    private: &WebhookPrivate,
    is_changed: bool,
) -> (Value, Option<(&'static str, SecretText)>) {
    let Some(secret) = wo.as_secret() else {
        return (Value::unknown(), None);
    };
    let is_recognized = recognizes(private, secret).await;
    let is_equal = prior.get(SECRET_KEY).as_secret() == Some(secret);
    let version = prior.get(SECRET_KEY_WO_VERSION);
    let sends = (!is_recognized && !is_equal).then(|| (SECRET_KEY_WO, secret.clone()));
    if is_recognized && !is_changed && !version.is_null() {
        (version.clone(), sends)
    } else {
        (Value::unknown_not_null(), sends)
    }
}

fn changed_key(key: &Value, stored: &Value) -> Option<(&'static str, SecretText)> {
    let secret = key.as_secret().filter(|_| key != stored)?;
    Some((SECRET_KEY, secret.clone()))
}

fn changed_version(
    version: &Value,
    wo: &Value,
    prior: &Object,
) -> Option<(&'static str, SecretText)> {
    let secret = wo.as_secret()?;
    let is_equal = prior.get(SECRET_KEY).as_secret() == Some(secret);
    let is_raised = version != prior.get(SECRET_KEY_WO_VERSION);
    (is_raised && !is_equal).then(|| (SECRET_KEY_WO, secret.clone()))
}

fn configured(config: &Object) -> Option<(&'static str, SecretText)> {
    [SECRET_KEY, SECRET_KEY_WO]
        .into_iter()
        .find_map(|name| Some((name, config.get(name).as_secret()?.clone())))
}

/// Chooses the secret of a new webhook; one is generated when none is configured.
pub(super) async fn apply_create(config: &Object) -> Result<SecretChange, Diagnostic> {
    if let Some(key) = config.get(SECRET_KEY).as_secret() {
        return Ok(keep(
            key.clone(),
            Some(key.clone()),
            SecretOrigin::Configured,
        ));
    }
    if let Some(secret) = config.get(SECRET_KEY_WO).as_secret() {
        let manual = config
            .get(SECRET_KEY_WO_VERSION)
            .as_number()
            .and_then(Number::to_i64);
        let hash = match manual {
            Some(_) => None,
            None => Some(SecretHash::of(secret).await.map_err(no_randomness)?),
        };
        let stored = StoredSecret {
            key: None,
            version: Some(manual.unwrap_or(1)),
        };
        return Ok(SecretChange {
            send: Some(secret.clone()),
            stored,
            origin: None,
            hash,
        });
    }
    let secret = secret::generate(secret::MAX_LENGTH).map_err(no_randomness)?;
    Ok(keep(secret.clone(), Some(secret), SecretOrigin::Generated))
}

/// Decides what an update does with the secret.
pub(super) async fn apply_update(
    config: &Object,
    prior: &Object,
    planned: &Object,
    private: &WebhookPrivate,
) -> Result<SecretChange, Diagnostic> {
    let before = StoredSecret::from_object(prior);
    if let Some(key) = config.get(SECRET_KEY).as_secret() {
        let is_known = before.key.as_ref() == Some(key)
            || (before.key.is_none() && recognizes(private, key).await);
        let send = (!is_known).then(|| key.clone());
        return Ok(keep(key.clone(), send, SecretOrigin::Configured));
    }
    if let Some(secret) = config.get(SECRET_KEY_WO).as_secret() {
        let manual = config
            .get(SECRET_KEY_WO_VERSION)
            .as_number()
            .and_then(Number::to_i64);
        return match manual {
            Some(version) => Ok(apply_manual(secret, version, &before)),
            None => apply_automatic(secret, &before, private).await,
        };
    }
    // Neither is configured: nothing is sent, and what the plan says is stored. Unknown here means
    // that `secret_key_wo` was unknown while planning and turned out null.
    let stored = match planned.get(SECRET_KEY) {
        Value::Unknown(_) if private.secret_origin == Some(SecretOrigin::Configured) => None,
        Value::Unknown(_) => before.key,
        planned => planned.as_secret().cloned(),
    };
    let origin = stored.as_ref().and(private.secret_origin);
    let stored = StoredSecret {
        key: stored,
        version: None,
    };
    Ok(SecretChange {
        send: None,
        stored,
        origin,
        hash: None,
    })
}

fn apply_manual(secret: &SecretText, version: i64, before: &StoredSecret) -> SecretChange {
    let is_sent = match &before.key {
        // Moving from secret_key: the portal has this secret already when it is the same.
        Some(key) => key != secret,
        None => before.version != Some(version),
    };
    SecretChange {
        send: is_sent.then(|| secret.clone()),
        stored: StoredSecret {
            key: None,
            version: Some(version),
        },
        origin: None,
        hash: None,
    }
}

async fn apply_automatic(
    secret: &SecretText,
    before: &StoredSecret,
    private: &WebhookPrivate,
) -> Result<SecretChange, Diagnostic> {
    let is_recognized = recognizes(private, secret).await;
    let is_known = is_recognized || before.key.as_ref() == Some(secret);
    let version = match before.version {
        Some(version) if is_known => version,
        Some(version) => version.saturating_add(1),
        None => 1,
    };
    let hash = match &private.secret_hash {
        Some(hash) if is_recognized => hash.clone(),
        _ => SecretHash::of(secret).await.map_err(no_randomness)?,
    };
    Ok(SecretChange {
        send: (!is_known).then(|| secret.clone()),
        stored: StoredSecret {
            key: None,
            version: Some(version),
        },
        origin: None,
        hash: Some(hash),
    })
}

/// Says whether the hash in private state is that of a secret.
async fn recognizes(private: &WebhookPrivate, secret: &SecretText) -> bool {
    match &private.secret_hash {
        Some(hash) => hash.matches(secret).await,
        None => false,
    }
}

fn keep(key: SecretText, send: Option<SecretText>, origin: SecretOrigin) -> SecretChange {
    let stored = StoredSecret {
        key: Some(key),
        version: None,
    };
    SecretChange {
        send,
        stored,
        origin: Some(origin),
        hash: None,
    }
}

fn no_randomness(error: NoRandomness) -> Diagnostic {
    Diagnostic::error(
        "Could not make a secret",
        format!(
            "This machine cannot provide what a secret needs: {error}. Nothing was sent to the portal."
        ),
    )
}

#[cfg(test)]
mod tests;
