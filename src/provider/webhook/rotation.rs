//! When a secret is sent, and what is stored of it (product §4.2).
//!
//! Planning never invents a number and never decides by a write-only value alone, because that value may differ between
//! plan and apply (TPP §7.2, §8.8): wherever the secret might have changed, the version is planned as unknown, and the
//! apply decides by its own configuration.
//!
//! Applying an update obeys the plan in everything that the plan knows. Terraform plans with a configuration from which
//! `ignore_changes` has removed the ignored changes, and applies with the whole one: a secret that is only in the
//! latter was not requested.
//!
//! | configuration | sent on update | stored |
//! | --- | --- | --- |
//! | `secret_key` | when it differs from the stored one, and from the hash if there is one | the secret |
//! | `secret_key_wo` with a version (manual mode) | when the version changes | the version |
//! | `secret_key_wo` alone (automatic mode) | when the hash does not recognize it | version and hash |
//! | neither | never | what was generated |
//!
//! `ignore_changes` can keep a `secret_key` next to the version of a `secret_key_wo`, or the other way round. Then what
//! was sent last is compared, and what is only kept counts as unknown to the portal.
//!
//! After an update that failed and may have stored its secret, the next one sends the configured or generated secret,
//! whether it differs or not. Planning shows this as an attribute that is known after apply.

use super::model::{SECRET_KEY, SECRET_KEY_WO, SECRET_KEY_WO_VERSION, StoredSecret};
use super::private::{SecretOrigin, WebhookPrivate};
use super::secret::{self, NoRandomness};
use super::secret_hash::{SecretHash, SecretHashes};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::value::{Number, Object, SecretText, Value};

/// Who chooses the secret, and who decides when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SecretMode {
    /// `secret_key` is configured.
    Key,
    /// `secret_key_wo` is configured, with a version.
    Manual,
    /// `secret_key_wo` is configured alone.
    Automatic,
    /// Nothing is configured, and the generated secret is kept.
    Generated,
    /// Nothing is configured, and nothing is stored.
    None,
}

impl SecretMode {
    /// Returns the mode in which a state was written.
    fn before(prior: &Object, private: &WebhookPrivate) -> Self {
        match (prior.get(SECRET_KEY_WO_VERSION), prior.get(SECRET_KEY)) {
            (Value::Null, Value::Null) => Self::None,
            (Value::Null, _) if private.secret_origin == Some(SecretOrigin::Configured) => {
                Self::Key
            }
            (Value::Null, _) => Self::Generated,
            _ if private.secret_hash.is_some() => Self::Automatic,
            _ => Self::Manual,
        }
    }

    /// Returns the mode that a configuration asks for. Next to a write-only secret or its version, a `secret_key` is
    /// only what `ignore_changes` keeps.
    fn after(config: &Object, before: Self) -> Self {
        if !config.get(SECRET_KEY_WO_VERSION).is_null() {
            Self::Manual
        } else if !config.get(SECRET_KEY_WO).is_null() {
            Self::Automatic
        } else if !config.get(SECRET_KEY).is_null() {
            Self::Key
        } else if before == Self::Generated {
            Self::Generated
        } else {
            Self::None
        }
    }

    /// Returns the attribute that holds the secret of this mode, and the secret if it is known.
    fn secret(self, config: &Object) -> Option<(&'static str, &SecretText)> {
        let name = match self {
            Self::Key => SECRET_KEY,
            Self::Manual | Self::Automatic => SECRET_KEY_WO,
            Self::Generated | Self::None => return None,
        };
        Some((name, config.get(name).as_secret()?))
    }
}

/// What is known of the portal's secret before a change.
struct Before<'a> {
    mode: SecretMode,
    /// What was sent last.
    sent: StoredSecret,
    private: &'a WebhookPrivate,
    hashes: &'a SecretHashes,
}

impl<'a> Before<'a> {
    fn of(hashes: &'a SecretHashes, prior: &Object, private: &'a WebhookPrivate) -> Self {
        Self {
            mode: SecretMode::before(prior, private),
            sent: private.sent_last(prior),
            private,
            hashes,
        }
    }

    /// Returns whether the hash in private state is that of a secret, if the mode needs to know.
    async fn recognizes(&self, mode: SecretMode, secret: &SecretText) -> bool {
        let is_needed = match mode {
            SecretMode::Automatic => true,
            SecretMode::Key => self.sent.key.is_none(),
            SecretMode::Manual | SecretMode::Generated | SecretMode::None => false,
        };
        match &self.private.secret_hash {
            Some(hash) if is_needed => self.hashes.recognize(hash, secret).await,
            _ => false,
        }
    }

    /// Returns whether a secret has to be sent: in manual mode if the version says so, otherwise if the portal is not
    /// known to have it. The version is none while it is unknown.
    fn lacks(
        &self,
        mode: SecretMode,
        secret: &SecretText,
        version: Option<i64>,
        is_recognized: bool,
    ) -> bool {
        match (mode, self.sent.version, version) {
            (SecretMode::Manual, Some(before), Some(version)) => before != version,
            (SecretMode::Generated | SecretMode::None, ..) => false,
            _ => self.sent.key.as_ref() != Some(secret) && !is_recognized,
        }
    }
}

/// Returns the version of the write-only secret, if it is set and known.
fn version_in(object: &Object) -> Option<i64> {
    let version = object.get(SECRET_KEY_WO_VERSION).as_number();
    version.and_then(Number::to_i64)
}

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
    SecretPlan {
        key: match (key, wo) {
            (Value::Null, Value::Null) => Value::unknown_not_null(),
            // It may turn out to be null, and then a secret is generated.
            (Value::Null, Value::Unknown(_)) => Value::unknown(),
            (Value::Null, _) => Value::Null,
            (key, _) => key.clone(),
        },
        version: match SecretMode::after(config, SecretMode::Generated) {
            SecretMode::Manual => config.get(SECRET_KEY_WO_VERSION).clone(),
            SecretMode::Automatic if wo.is_unknown() => Value::unknown(),
            SecretMode::Automatic => Value::unknown_not_null(),
            SecretMode::Key | SecretMode::Generated | SecretMode::None => Value::Null,
        },
        is_removed: false,
        sends: configured(config),
    }
}

/// Plans the secret of an existing webhook. `is_changed` says whether any other attribute changes.
pub(super) async fn plan_update(
    hashes: &SecretHashes,
    config: &Object,
    prior: &Object,
    private: &WebhookPrivate,
    is_changed: bool,
) -> SecretPlan {
    let (key, wo) = (config.get(SECRET_KEY), config.get(SECRET_KEY_WO));
    let stored = prior.get(SECRET_KEY);
    let before = Before::of(hashes, prior, private);
    let mode = SecretMode::after(config, before.mode);
    let planned_key = match (key, wo) {
        (Value::Null, Value::Null) if mode == SecretMode::None => Value::Null,
        (Value::Null, Value::Null) => stored.clone(),
        (Value::Null, Value::Unknown(_)) if !stored.is_null() => Value::unknown(),
        (Value::Null, _) => Value::Null,
        (key, _) => key.clone(),
    };
    let is_changed = is_changed || planned_key != *stored;
    let secret = mode.secret(config);
    let is_recognized = match secret {
        Some((_, secret)) => before.recognizes(mode, secret).await,
        None => false,
    };
    let version = prior.get(SECRET_KEY_WO_VERSION);
    let is_version_kept = is_recognized && !is_changed && !version.is_null();
    let is_sent = |secret| before.lacks(mode, secret, version_in(config), is_recognized);
    let mut plan = SecretPlan {
        key: planned_key,
        // In automatic mode, the prior number remains only if nothing at all changes.
        version: match mode {
            SecretMode::Key | SecretMode::Generated | SecretMode::None => Value::Null,
            SecretMode::Manual => config.get(SECRET_KEY_WO_VERSION).clone(),
            SecretMode::Automatic if is_version_kept => version.clone(),
            SecretMode::Automatic if wo.is_unknown() => Value::unknown(),
            SecretMode::Automatic => Value::unknown_not_null(),
        },
        is_removed: mode == SecretMode::None && before.mode != SecretMode::None,
        sends: secret
            .filter(|(_, secret)| is_sent(secret))
            .map(|(name, secret)| (name, secret.clone())),
    };
    if private.is_secret_in_doubt {
        let is_key_kept = !stored.is_null() && before.sent.key.is_none();
        plan_again(&mut plan, config, is_key_kept);
    }
    plan
}

/// Plans to send a secret again that the portal may not have. That takes a planned change: of the two computed
/// attributes, the one that the configuration omits becomes unknown, and turns out as before. With `ignore_changes`, it
/// may omit neither; then only another change sends the secret.
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

fn configured(config: &Object) -> Option<(&'static str, SecretText)> {
    [SECRET_KEY, SECRET_KEY_WO]
        .into_iter()
        .find_map(|name| Some((name, config.get(name).as_secret()?.clone())))
}

/// Chooses the secret of a new webhook; one is generated when none is configured.
pub(super) async fn apply_create(
    hashes: &SecretHashes,
    config: &Object,
) -> Result<SecretChange, Diagnostic> {
    let mode = SecretMode::after(config, SecretMode::Generated);
    let version = version_in(config);
    let (secret, origin) = if let Some((_, secret)) = mode.secret(config) {
        (secret.clone(), SecretOrigin::Configured)
    } else {
        let generated = secret::generate(secret::MAX_LENGTH).map_err(no_randomness)?;
        (generated, SecretOrigin::Generated)
    };
    let hash = if mode == SecretMode::Automatic {
        Some(hashes.record(&secret).await.map_err(no_randomness)?)
    } else {
        None
    };
    let is_stored = !matches!(mode, SecretMode::Manual | SecretMode::Automatic);
    Ok(SecretChange {
        stored: StoredSecret {
            key: is_stored.then(|| secret.clone()),
            version: (!is_stored).then(|| version.unwrap_or(1)),
        },
        send: Some(secret),
        again: None,
        origin: is_stored.then_some(origin),
        hash,
        is_key_newer: false,
    })
}

/// Decides what an update does with the secret.
pub(super) async fn apply_update(
    hashes: &SecretHashes,
    config: &Object,
    prior: &Object,
    planned: &Object,
    private: &WebhookPrivate,
) -> Result<SecretChange, Diagnostic> {
    let before = Before::of(hashes, prior, private);
    let stored_key = prior.get(SECRET_KEY).as_secret();
    let write_only = apply_write_only(config, planned, &before).await?;
    let has_version = write_only.version.is_some();
    let (key, mut key_sent) = apply_key(config, planned, stored_key, &before).await;
    let is_configured = key.is_some() && config.get(SECRET_KEY).as_secret() == key.as_ref();
    let is_key_kept = has_version && !is_configured && before.sent.key.is_none() && key.is_some();
    if is_key_kept {
        // What `ignore_changes` keeps next to a write-only secret was not requested.
        key_sent = None;
    }
    let is_key_newer = match (&write_only.sent, &key_sent) {
        (Some(_), _) => false,
        (None, Some(_)) => true,
        (None, None) => before.sent.key.is_some(),
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
    before: &Before<'_>,
) -> (Option<SecretText>, Option<SecretText>) {
    let configured = config.get(SECRET_KEY).as_secret();
    let is_from_config = before.private.secret_origin == Some(SecretOrigin::Configured);
    let key = match planned.get(SECRET_KEY) {
        Value::Unknown(_) if configured.is_some() => configured.cloned(),
        // `secret_key_wo` was unknown while planning. If it is set now, it takes over; otherwise the generated secret
        // stays.
        Value::Unknown(_) if !config.get(SECRET_KEY_WO).is_null() => None,
        Value::Unknown(_) if is_from_config => None,
        Value::Unknown(_) => stored.cloned(),
        planned => planned.as_secret().cloned(),
    };
    let sent = match &key {
        Some(secret) => {
            let is_recognized = before.recognizes(SecretMode::Key, secret).await;
            before.lacks(SecretMode::Key, secret, None, is_recognized)
        }
        None => false,
    };
    let sent = key.clone().filter(|_| sent);
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
    before: &Before<'_>,
) -> Result<WriteOnlyChange, Diagnostic> {
    let is_undecided = planned.get(SECRET_KEY_WO_VERSION).is_unknown();
    let version = version_in(if is_undecided { config } else { planned });
    let secret = config.get(SECRET_KEY_WO).as_secret();
    let mode = match (version, secret) {
        (Some(_), _) => SecretMode::Manual,
        (None, Some(_)) if is_undecided => SecretMode::Automatic,
        (None, _) => return Ok(WriteOnlyChange::default()),
    };
    let is_recognized = match secret {
        Some(secret) => before.recognizes(mode, secret).await,
        None => false,
    };
    let sent = secret.filter(|secret| before.lacks(mode, secret, version, is_recognized));
    let known = before.private.secret_hash.clone();
    let hash = match secret {
        // A recognized secret is recorded anew too, to share its salt with the webhooks that have the same secret.
        Some(secret) if mode == SecretMode::Automatic => {
            let record = before.hashes.record(secret).await;
            Some(record.map_err(no_randomness)?)
        }
        // An ignored version does not change automatic mode.
        _ => known.filter(|_| version_in(config).is_none()),
    };
    let counted = match before.sent.version {
        Some(version) if sent.is_some() => version.saturating_add(1),
        Some(version) => version,
        None => 1,
    };
    Ok(WriteOnlyChange {
        sent: sent.cloned(),
        version: version.or(Some(counted)),
        hash,
    })
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
