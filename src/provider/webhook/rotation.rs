//! When a secret is sent, and what is stored of it (product §4.2).
//!
//! Planning never invents a number and never decides on a write-only value alone, because that value
//! may differ between plan and apply (TPP §7.2, §8.8): wherever the secret might have changed, the
//! version is planned unknown, and applying decides from the configuration given there.
//!
//! Applying an update obeys the plan in everything that the plan knows. Terraform plans with a
//! configuration from which `ignore_changes` has taken the ignored changes, and applies with the whole
//! one: a secret that stands only there was not asked for.
//!
//! | configuration | sent on update | stored |
//! | --- | --- | --- |
//! | `secret_key` | when it differs from the stored one, and from the hash if there is one | the secret |
//! | `secret_key_wo` with a version (manual mode) | when the version changes | the version |
//! | `secret_key_wo` alone (automatic mode) | when the hash does not recognize it | version and hash |
//! | neither | never | what was generated |
//!
//! `ignore_changes` can keep a `secret_key` beside the version of a `secret_key_wo`, or the other way round. What was
//! sent last is compared then, and what is only kept counts as unknown to the portal.
//!
//! After an update that failed and may have stored its secret, the next one sends what is configured then, or
//! what was generated, whether it differs or not. Planning shows this as an attribute that is known after apply.

use super::model::{SECRET_KEY, SECRET_KEY_WO, SECRET_KEY_WO_VERSION, StoredSecret};
use super::private::{SecretOrigin, WebhookPrivate};
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
    /// The secret that has not changed but may not be the portal's, to be sent with a full update.
    pub(super) again: Option<SecretText>,
    /// What is stored afterwards.
    pub(super) stored: StoredSecret,
    origin: Option<SecretOrigin>,
    hash: Option<SecretHash>,
    is_key_newer: bool,
}

impl SecretChange {
    /// Records the change in private state.
    pub(super) fn record(&self, private: &mut WebhookPrivate) {
        private.secret_origin = self.origin;
        private.secret_hash.clone_from(&self.hash);
        private.is_key_newer = self.is_key_newer;
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
        && config.get(SECRET_KEY_WO_VERSION).is_null()
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
    let before = private.sent_last(prior);
    let (version, sends) = match (config.get(SECRET_KEY_WO_VERSION), wo) {
        (Value::Null, Value::Null) => (Value::Null, changed_key(key, &before, private).await),
        (Value::Null, wo) => plan_automatic(wo, prior, &before, private, is_changed).await,
        (version, wo) => (version.clone(), changed_version(version, wo, &before)),
    };
    let mut plan = SecretPlan {
        key: planned_key,
        version,
        is_removed,
        sends,
    };
    if private.is_secret_in_doubt {
        let is_key_kept = !stored.is_null() && before.key.is_none();
        plan_again(&mut plan, config, is_key_kept);
    }
    plan
}

/// Plans to send a secret again that the portal may not have. There has to be a change for it: of the two computed
/// attributes, that which the configuration leaves out becomes unknown, and turns out as it was. With `ignore_changes`
/// it may leave out neither; then only another change sends the secret.
fn plan_again(plan: &mut SecretPlan, config: &Object, is_key_kept: bool) {
    let write_only = config.get(SECRET_KEY_WO).as_secret();
    let sends = match write_only.filter(|_| is_key_kept) {
        Some(secret) => Some((SECRET_KEY_WO, secret.clone())),
        None => configured(config),
    };
    if sends.is_some() {
        plan.sends = sends;
        if config.get(SECRET_KEY).is_null() {
            plan.key = Value::unknown();
        } else if config.get(SECRET_KEY_WO_VERSION).is_null() {
            plan.version = Value::unknown();
        }
    } else if let Some(secret) = plan.key.as_secret() {
        plan.sends = Some((SECRET_KEY, secret.clone()));
        plan.version = Value::unknown();
    }
}

/// Plans automatic mode: the prior number only when nothing at all changes.
async fn plan_automatic(
    wo: &Value,
    prior: &Object,
    before: &StoredSecret,
    private: &WebhookPrivate,
    is_changed: bool,
) -> (Value, Option<(&'static str, SecretText)>) {
    let Some(secret) = wo.as_secret() else {
        return (Value::unknown(), None);
    };
    let is_recognized = recognizes(private, secret).await;
    let is_equal = before.key.as_ref() == Some(secret);
    let version = prior.get(SECRET_KEY_WO_VERSION);
    let sends = (!is_recognized && !is_equal).then(|| (SECRET_KEY_WO, secret.clone()));
    if is_recognized && !is_changed && !version.is_null() {
        (version.clone(), sends)
    } else {
        (Value::unknown_not_null(), sends)
    }
}

async fn changed_key(
    key: &Value,
    before: &StoredSecret,
    private: &WebhookPrivate,
) -> Option<(&'static str, SecretText)> {
    let secret = key
        .as_secret()
        .filter(|secret| before.key.as_ref() != Some(secret))?;
    let is_recognized = before.key.is_none() && recognizes(private, secret).await;
    (!is_recognized).then(|| (SECRET_KEY, secret.clone()))
}

fn changed_version(
    version: &Value,
    wo: &Value,
    before: &StoredSecret,
) -> Option<(&'static str, SecretText)> {
    let secret = wo.as_secret()?;
    let version = version.as_number().and_then(Number::to_i64);
    let is_sent = match version {
        Some(version) => is_due(version, secret, before),
        // Not known yet, it may be another one.
        None => before.key.as_ref() != Some(secret),
    };
    is_sent.then(|| (SECRET_KEY_WO, secret.clone()))
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
            again: None,
            stored,
            origin: None,
            hash,
            is_key_newer: false,
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
    let before = private.sent_last(prior);
    let stored_key = prior.get(SECRET_KEY).as_secret();
    let write_only = apply_write_only(config, planned, &before, private).await?;
    let has_version = write_only.version.is_some();
    let (key, mut key_sent) = apply_key(config, planned, stored_key, &before, private).await;
    let is_configured = key.is_some() && config.get(SECRET_KEY).as_secret() == key.as_ref();
    let is_key_kept = has_version && !is_configured && before.key.is_none() && key.is_some();
    if is_key_kept {
        // What `ignore_changes` keeps beside a write-only secret is not asked for.
        key_sent = None;
    }
    let is_key_newer = match (&write_only.sent, &key_sent) {
        (Some(_), _) => false,
        (None, Some(_)) => true,
        (None, None) => before.key.is_some(),
    };
    let hash = write_only.hash.filter(|_| key_sent.is_none());
    let send = write_only.sent.or(key_sent);
    let again = match planned.get(SECRET_KEY) {
        _ if !private.is_secret_in_doubt || send.is_some() => None,
        planned if is_key_kept || planned.is_unknown() => {
            config.get(SECRET_KEY_WO).as_secret().cloned()
        }
        _ => key.clone(),
    };
    Ok(SecretChange {
        send,
        again,
        origin: match &key {
            Some(_) if is_configured => Some(SecretOrigin::Configured),
            Some(_) => private.secret_origin,
            None => None,
        },
        is_key_newer: is_key_newer && key.is_some() && has_version,
        stored: StoredSecret {
            key,
            version: write_only.version,
        },
        hash,
    })
}

/// Returns the `secret_key` to store and the one to send.
async fn apply_key(
    config: &Object,
    planned: &Object,
    stored: Option<&SecretText>,
    before: &StoredSecret,
    private: &WebhookPrivate,
) -> (Option<SecretText>, Option<SecretText>) {
    let configured = config.get(SECRET_KEY).as_secret();
    let key = match planned.get(SECRET_KEY) {
        Value::Unknown(_) if configured.is_some() => configured.cloned(),
        // `secret_key_wo` was unknown while planning. Set now, it takes over; else what was generated stays.
        Value::Unknown(_) if !config.get(SECRET_KEY_WO).is_null() => None,
        Value::Unknown(_) if private.secret_origin == Some(SecretOrigin::Configured) => None,
        Value::Unknown(_) => stored.cloned(),
        planned => planned.as_secret().cloned(),
    };
    let is_known = match (&key, &before.key) {
        (Some(key), None) => recognizes(private, key).await,
        (key, known) => key == known,
    };
    let sent = if is_known { None } else { key.clone() };
    (key, sent)
}

/// What an update does with `secret_key_wo`.
#[derive(Debug, Default)]
struct WriteOnlyChange {
    sent: Option<SecretText>,
    version: Option<i64>,
    hash: Option<SecretHash>,
}

async fn apply_write_only(
    config: &Object,
    planned: &Object,
    before: &StoredSecret,
    private: &WebhookPrivate,
) -> Result<WriteOnlyChange, Diagnostic> {
    let number = |object: &Object| {
        let version = object.get(SECRET_KEY_WO_VERSION).as_number();
        version.and_then(Number::to_i64)
    };
    let is_undecided = planned.get(SECRET_KEY_WO_VERSION).is_unknown();
    let version = if is_undecided {
        number(config)
    } else {
        number(planned)
    };
    let secret = config.get(SECRET_KEY_WO).as_secret();
    match (version, secret) {
        (Some(version), secret) => Ok(WriteOnlyChange {
            sent: secret
                .filter(|secret| is_due(version, secret, before))
                .cloned(),
            version: Some(version),
            // An ignored version leaves automatic mode as it is.
            hash: private
                .secret_hash
                .clone()
                .filter(|_| number(config).is_none()),
        }),
        (None, Some(secret)) if is_undecided => apply_automatic(secret, before, private).await,
        (None, _) => Ok(WriteOnlyChange::default()),
    }
}

/// Says whether a version asks for its secret to be sent.
fn is_due(version: i64, secret: &SecretText, before: &StoredSecret) -> bool {
    match (&before.key, before.version) {
        (_, Some(before)) => before != version,
        // Moving from secret_key: the portal has this secret already when it is the same.
        (Some(key), None) => key != secret,
        (None, None) => true,
    }
}

async fn apply_automatic(
    secret: &SecretText,
    before: &StoredSecret,
    private: &WebhookPrivate,
) -> Result<WriteOnlyChange, Diagnostic> {
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
    Ok(WriteOnlyChange {
        sent: (!is_known).then(|| secret.clone()),
        version: Some(version),
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
        again: None,
        stored,
        origin: Some(origin),
        hash: None,
        is_key_newer: false,
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
