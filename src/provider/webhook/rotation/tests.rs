//! Tests of every way in which a secret can change hands (product §4.2).

use super::*;
use crate::provider::webhook::model::ID;

const OLD: &str = "old-secret-1";
const NEW: &str = "new-secret-2";

fn secret(text: &str) -> Value {
    Value::Secret(SecretText::new(text))
}

fn number(version: i64) -> Value {
    Value::Number(Number::from(version))
}

/// A configuration or state with these values of the three attributes.
fn object(key: Value, wo: Value, version: Value) -> Object {
    Object::new()
        .with(ID, "7")
        .with(SECRET_KEY, key)
        .with(SECRET_KEY_WO, wo)
        .with(SECRET_KEY_WO_VERSION, version)
}

fn stored_key(text: &str) -> Object {
    object(secret(text), Value::Null, Value::Null)
}

fn stored_version(version: i64) -> Object {
    object(Value::Null, Value::Null, number(version))
}

fn stored_nothing() -> Object {
    object(Value::Null, Value::Null, Value::Null)
}

/// What a new process knows: nothing.
fn hashes() -> SecretHashes {
    SecretHashes::default()
}

async fn plan_update(
    config: &Object,
    prior: &Object,
    private: &WebhookPrivate,
    is_changed: bool,
) -> SecretPlan {
    super::plan_update(&hashes(), config, prior, private, is_changed).await
}

async fn apply_create(config: &Object) -> Result<SecretChange, Diagnostic> {
    super::apply_create(&hashes(), config).await
}

async fn apply_update(
    config: &Object,
    prior: &Object,
    planned: &Object,
    private: &WebhookPrivate,
) -> Result<SecretChange, Diagnostic> {
    super::apply_update(&hashes(), config, prior, planned, private).await
}

async fn hashed(text: &str) -> WebhookPrivate {
    let hash = hashes().record(&SecretText::new(text)).await.unwrap();
    WebhookPrivate {
        secret_hash: Some(hash),
        ..WebhookPrivate::default()
    }
}

fn from(origin: SecretOrigin) -> WebhookPrivate {
    WebhookPrivate {
        secret_origin: Some(origin),
        ..WebhookPrivate::default()
    }
}

/// What an update is expected to do: the secret that is sent, and what is stored.
#[track_caller]
fn expect(change: &SecretChange, sent: Option<&str>, key: Option<&str>, version: Option<i64>) {
    assert_eq!(change.send.as_ref().map(SecretText::expose), sent, "sent");
    assert_eq!(
        change.stored.key.as_ref().map(SecretText::expose),
        key,
        "stored key"
    );
    assert_eq!(change.stored.version, version, "stored version");
}

async fn update(config: &Object, prior: &Object, private: &WebhookPrivate) -> SecretChange {
    let plan = plan_update(config, prior, private, true).await;
    let planned = object(plan.key, Value::Null, plan.version);
    apply_update(config, prior, &planned, private)
        .await
        .unwrap()
}

#[tokio::test]
async fn creating_sends_the_configured_secret_or_a_generated_one() {
    let change = apply_create(&stored_key(NEW)).await.unwrap();
    expect(&change, Some(NEW), Some(NEW), None);
    assert_eq!(change.origin, Some(SecretOrigin::Configured));

    let manual = object(Value::Null, secret(NEW), number(5));
    let change = apply_create(&manual).await.unwrap();
    expect(&change, Some(NEW), None, Some(5));
    assert!(change.hash.is_none());

    let automatic = object(Value::Null, secret(NEW), Value::Null);
    let change = apply_create(&automatic).await.unwrap();
    expect(&change, Some(NEW), None, Some(1));
    assert!(change.hash.is_some());

    let change = apply_create(&stored_nothing()).await.unwrap();
    assert_eq!(change.send, change.stored.key);
    assert_eq!(change.send.unwrap().expose().len(), 30);
    assert_eq!(change.origin, Some(SecretOrigin::Generated));
}

#[test]
fn planning_a_creation_promises_only_what_is_certain() {
    let plan = |key, wo, version| {
        let plan = plan_create(&object(key, wo, version));
        (plan.key, plan.version)
    };
    let unknown = Value::unknown;
    assert_eq!(
        plan(Value::Null, Value::Null, Value::Null),
        (Value::unknown_not_null(), Value::Null)
    );
    assert_eq!(
        plan(secret(NEW), Value::Null, Value::Null),
        (secret(NEW), Value::Null)
    );
    assert_eq!(
        plan(unknown(), Value::Null, Value::Null),
        (unknown(), Value::Null)
    );
    assert_eq!(
        plan(Value::Null, secret(NEW), number(2)),
        (Value::Null, number(2))
    );
    assert_eq!(
        plan(Value::Null, secret(NEW), Value::Null),
        (Value::Null, Value::unknown_not_null())
    );
    assert_eq!(
        plan(Value::Null, unknown(), Value::Null),
        (unknown(), unknown())
    );
    assert_eq!(
        plan(Value::Null, unknown(), number(2)),
        (unknown(), number(2))
    );
}

#[tokio::test]
async fn a_secret_key_is_sent_when_it_changes_and_only_then() {
    let none = WebhookPrivate::default();
    expect(
        &update(&stored_key(OLD), &stored_key(OLD), &none).await,
        None,
        Some(OLD),
        None,
    );
    expect(
        &update(&stored_key(NEW), &stored_key(OLD), &none).await,
        Some(NEW),
        Some(NEW),
        None,
    );
    // After an import nothing is stored.
    expect(
        &update(&stored_key(NEW), &stored_nothing(), &none).await,
        Some(NEW),
        Some(NEW),
        None,
    );
}

#[tokio::test]
async fn manual_mode_sends_when_the_version_changes_and_only_then() {
    let none = WebhookPrivate::default();
    let config = |text, version| object(Value::Null, secret(text), number(version));
    expect(
        &update(&config(NEW, 1), &stored_version(1), &none).await,
        None,
        None,
        Some(1),
    );
    expect(
        &update(&config(NEW, 2), &stored_version(1), &none).await,
        Some(NEW),
        None,
        Some(2),
    );
    expect(
        &update(&config(NEW, 1), &stored_version(2), &none).await,
        Some(NEW),
        None,
        Some(1),
    );
    expect(
        &update(&config(NEW, 1), &stored_nothing(), &none).await,
        Some(NEW),
        None,
        Some(1),
    );
    let change = update(&config(NEW, 2), &stored_version(1), &hashed(OLD).await).await;
    assert!(
        change.hash.is_none(),
        "nothing derived from the secret is stored in manual mode"
    );
}

#[tokio::test]
async fn automatic_mode_counts_the_secrets_it_does_not_recognize() {
    let config = |text| object(Value::Null, secret(text), Value::Null);
    let private = hashed(OLD).await;
    let same = update(&config(OLD), &stored_version(4), &private).await;
    expect(&same, None, None, Some(4));
    assert_eq!(same.hash, private.secret_hash);
    let changed = update(&config(NEW), &stored_version(4), &private).await;
    expect(&changed, Some(NEW), None, Some(5));
    let hash = changed.hash.unwrap();
    assert!(hashes().recognize(&hash, &SecretText::new(NEW)).await);
    // Without a hash, there is no telling, so the secret is sent once.
    let lost = update(&config(OLD), &stored_version(4), &WebhookPrivate::default()).await;
    expect(&lost, Some(OLD), None, Some(5));
    expect(
        &update(&config(NEW), &stored_nothing(), &WebhookPrivate::default()).await,
        Some(NEW),
        None,
        Some(1),
    );
}

#[tokio::test]
async fn moving_to_write_only_sends_nothing_when_the_secret_is_the_same() {
    let private = from(SecretOrigin::Configured);
    let automatic = |text| object(Value::Null, secret(text), Value::Null);
    let manual = |text| object(Value::Null, secret(text), number(9));
    expect(
        &update(&automatic(OLD), &stored_key(OLD), &private).await,
        None,
        None,
        Some(1),
    );
    expect(
        &update(&automatic(NEW), &stored_key(OLD), &private).await,
        Some(NEW),
        None,
        Some(1),
    );
    expect(
        &update(&manual(OLD), &stored_key(OLD), &private).await,
        None,
        None,
        Some(9),
    );
    expect(
        &update(&manual(NEW), &stored_key(OLD), &private).await,
        Some(NEW),
        None,
        Some(9),
    );
}

#[tokio::test]
async fn moving_from_write_only_compares_with_the_hash_if_there_is_one() {
    expect(
        &update(&stored_key(OLD), &stored_version(1), &hashed(OLD).await).await,
        None,
        Some(OLD),
        None,
    );
    expect(
        &update(&stored_key(NEW), &stored_version(1), &hashed(OLD).await).await,
        Some(NEW),
        Some(NEW),
        None,
    );
    let manual = WebhookPrivate::default();
    expect(
        &update(&stored_key(OLD), &stored_version(1), &manual).await,
        Some(OLD),
        Some(OLD),
        None,
    );
}

#[tokio::test]
async fn removing_a_secret_forgets_it_once_and_sends_nothing() {
    let configured = from(SecretOrigin::Configured);
    let plan = plan_update(&stored_nothing(), &stored_key(OLD), &configured, false).await;
    assert!(plan.is_removed && plan.key.is_null() && plan.version.is_null());
    expect(
        &update(&stored_nothing(), &stored_key(OLD), &configured).await,
        None,
        None,
        None,
    );

    let plan = plan_update(
        &stored_nothing(),
        &stored_version(3),
        &WebhookPrivate::default(),
        false,
    )
    .await;
    assert!(plan.is_removed && plan.version.is_null());

    let again = plan_update(&stored_nothing(), &stored_nothing(), &configured, false).await;
    assert!(!again.is_removed && again.key.is_null() && again.version.is_null());
}

#[tokio::test]
async fn a_generated_secret_is_kept_silently() {
    for private in [from(SecretOrigin::Generated), WebhookPrivate::default()] {
        let plan = plan_update(&stored_nothing(), &stored_key(OLD), &private, false).await;
        assert!(!plan.is_removed);
        assert_eq!(plan.key, secret(OLD));
        expect(
            &update(&stored_nothing(), &stored_key(OLD), &private).await,
            None,
            Some(OLD),
            None,
        );
    }
}

#[tokio::test]
async fn automatic_mode_plans_its_number_only_when_nothing_changes() {
    let config = object(Value::Null, secret(OLD), Value::Null);
    let private = hashed(OLD).await;
    let version = |config, private, is_changed| async move {
        plan_update(config, &stored_version(4), private, is_changed)
            .await
            .version
    };
    let none = WebhookPrivate::default();
    assert_eq!(version(&config, &private, false).await, number(4));
    assert!(version(&config, &private, true).await.is_unknown());
    assert!(version(&config, &none, false).await.is_unknown());
    let other = object(Value::Null, secret(NEW), Value::Null);
    assert!(version(&other, &private, false).await.is_unknown());
    let unknown = object(Value::Null, Value::unknown(), Value::Null);
    assert!(version(&unknown, &private, false).await.is_unknown());
}

#[tokio::test]
async fn planning_names_the_secret_that_will_be_sent_and_no_other() {
    let none = WebhookPrivate::default();
    let sends = |config: Object, prior: Object| {
        let none = none.clone();
        async move {
            plan_update(&config, &prior, &none, true)
                .await
                .sends
                .map(|(name, _)| name)
        }
    };
    assert_eq!(
        sends(stored_key(NEW), stored_key(OLD)).await,
        Some(SECRET_KEY)
    );
    assert_eq!(sends(stored_key(OLD), stored_key(OLD)).await, None);
    let manual = |version| object(Value::Null, secret(NEW), number(version));
    assert_eq!(
        sends(manual(2), stored_version(1)).await,
        Some(SECRET_KEY_WO)
    );
    assert_eq!(sends(manual(1), stored_version(1)).await, None);
    assert_eq!(sends(stored_nothing(), stored_key(OLD)).await, None);
}

#[tokio::test]
async fn a_write_only_secret_that_turns_out_null_keeps_or_forgets_the_old_one() {
    let config = object(Value::Null, Value::unknown(), Value::Null);
    for (origin, kept) in [
        (SecretOrigin::Configured, None),
        (SecretOrigin::Generated, Some(OLD)),
    ] {
        let private = from(origin);
        let plan = plan_update(&config, &stored_key(OLD), &private, false).await;
        assert!(plan.key.is_unknown() && plan.version.is_unknown());
        let planned = object(plan.key, Value::Null, plan.version);
        let change = apply_update(&stored_nothing(), &stored_key(OLD), &planned, &private)
            .await
            .unwrap();
        expect(&change, None, kept, None);
    }
}

/// Plans with the configuration that `ignore_changes` leaves, and applies with the whole one.
async fn ignoring(
    left: &Object,
    whole: &Object,
    prior: &Object,
    private: &WebhookPrivate,
) -> SecretChange {
    let plan = plan_update(left, prior, private, true).await;
    let planned = object(plan.key, Value::Null, plan.version);
    apply_update(whole, prior, &planned, private).await.unwrap()
}

#[tokio::test]
async fn an_ignored_secret_key_is_neither_sent_nor_stored() {
    for origin in [SecretOrigin::Configured, SecretOrigin::Generated] {
        let (prior, private) = (stored_key(OLD), from(origin));
        let change = ignoring(&prior, &stored_key(NEW), &prior, &private).await;
        expect(&change, None, Some(OLD), None);
        assert_eq!(change.origin, Some(origin));
    }
    // After an import there is nothing to keep.
    let none = WebhookPrivate::default();
    let prior = stored_nothing();
    let change = ignoring(&prior, &stored_key(NEW), &prior, &none).await;
    expect(&change, None, None, None);
}

#[tokio::test]
async fn an_ignored_write_only_secret_is_never_sent_and_ends_in_peace() {
    let private = hashed(OLD).await;
    let whole = object(Value::Null, secret(NEW), Value::Null);
    // A write-only value has no prior value to keep, so ignoring it removes it.
    let change = ignoring(&stored_nothing(), &whole, &stored_version(1), &private).await;
    expect(&change, None, None, None);
    assert!(change.hash.is_none());
    let again = plan_update(&stored_nothing(), &stored_nothing(), &private, false).await;
    assert!(!again.is_removed && again.version.is_null());
}

#[tokio::test]
async fn a_version_sends_its_secret_also_when_the_secret_itself_is_ignored() {
    let none = WebhookPrivate::default();
    let left = object(Value::Null, Value::Null, number(2));
    let whole = object(Value::Null, secret(NEW), number(2));
    assert!(
        !plan_update(&left, &stored_version(1), &none, true)
            .await
            .is_removed
    );
    let change = ignoring(&left, &whole, &stored_version(1), &none).await;
    expect(&change, Some(NEW), None, Some(2));
}

#[tokio::test]
async fn an_ignored_version_sends_nothing_and_keeps_the_mode() {
    let left = object(Value::Null, secret(NEW), number(1));
    let manual = object(Value::Null, secret(NEW), number(2));
    let none = WebhookPrivate::default();
    let change = ignoring(&left, &manual, &stored_version(1), &none).await;
    expect(&change, None, None, Some(1));
    let automatic = object(Value::Null, secret(NEW), Value::Null);
    let private = hashed(OLD).await;
    let change = ignoring(&left, &automatic, &stored_version(1), &private).await;
    expect(&change, None, None, Some(1));
    assert_eq!(change.hash, private.secret_hash);
}

#[tokio::test]
async fn a_version_is_kept_when_its_secret_turns_out_null() {
    let none = WebhookPrivate::default();
    let config = object(Value::Null, Value::unknown(), number(2));
    let plan = plan_update(&config, &stored_version(1), &none, false).await;
    let planned = object(plan.key, Value::Null, plan.version);
    let applied = object(Value::Null, Value::Null, number(2));
    let change = apply_update(&applied, &stored_version(1), &planned, &none)
        .await
        .unwrap();
    expect(&change, None, None, Some(2));
}

#[tokio::test]
async fn planning_does_not_judge_a_secret_that_the_hash_recognizes() {
    let private = hashed(OLD).await;
    let plan = plan_update(&stored_key(OLD), &stored_version(1), &private, true).await;
    assert!(plan.sends.is_none());
    let plan = plan_update(&stored_key(NEW), &stored_version(1), &private, true).await;
    assert_eq!(plan.sends.map(|(name, _)| name), Some(SECRET_KEY));
}

/// Introduces a secret while `ignore_changes` keeps the other kind, and goes back to what is kept.
#[tokio::test]
async fn what_ignore_changes_keeps_is_not_taken_for_what_the_portal_has() {
    let manual = |text: &str| object(Value::Null, secret(text), number(1));
    let automatic = |text: &str| object(Value::Null, secret(text), Value::Null);
    let none = WebhookPrivate::default();
    for (middle, last) in [
        (manual(NEW), stored_key(OLD)),
        (automatic(NEW), stored_key(OLD)),
        (manual(NEW), automatic(OLD)),
        (automatic(NEW), automatic(OLD)),
    ] {
        // The key is ignored.
        let prior = stored_key(OLD);
        let mut left = middle.clone();
        left.set(SECRET_KEY, secret(OLD));
        let change = ignoring(&left, &middle, &prior, &none).await;
        expect(&change, Some(NEW), Some(OLD), Some(1));
        let mut private = none.clone();
        change.record(&mut private);
        let mixed = object(secret(OLD), Value::Null, number(1));
        // Another change does not send anything.
        let change = ignoring(&left, &middle, &mixed, &private).await;
        expect(&change, None, Some(OLD), Some(1));
        let change = update(&last, &mixed, &private).await;
        assert_eq!(change.send.as_ref().map(SecretText::expose), Some(OLD));
    }
    for (first, private) in [
        (manual(OLD), none.clone()),
        (automatic(OLD), hashed(OLD).await),
    ] {
        // The version is ignored.
        let left = object(secret(NEW), Value::Null, number(1));
        let whole = stored_key(NEW);
        let change = ignoring(&left, &whole, &stored_version(1), &private).await;
        expect(&change, Some(NEW), Some(NEW), Some(1));
        let mut private = private.clone();
        change.record(&mut private);
        let mixed = object(secret(NEW), Value::Null, number(1));
        let change = ignoring(&left, &whole, &mixed, &private).await;
        expect(&change, None, Some(NEW), Some(1));
        change.record(&mut private);
        let change = update(&first, &mixed, &private).await;
        expect(&change, Some(OLD), None, Some(1));
    }
}

#[tokio::test]
async fn what_ignore_changes_keeps_is_sent_when_nothing_else_is_left() {
    let none = WebhookPrivate::default();
    let mixed = object(secret(OLD), Value::Null, number(1));
    // The portal has the write-only secret, which is taken away while the key is still ignored.
    let plan = plan_update(&stored_key(OLD), &mixed, &none, false).await;
    assert_eq!(plan.sends.map(|(name, _)| name), Some(SECRET_KEY));
    let change = ignoring(&stored_key(OLD), &stored_nothing(), &mixed, &none).await;
    expect(&change, Some(OLD), Some(OLD), None);
}

#[tokio::test]
async fn a_version_that_is_not_known_yet_does_not_judge_a_secret_that_the_portal_has() {
    let none = WebhookPrivate::default();
    for (text, expected) in [(OLD, None), (NEW, Some(SECRET_KEY_WO))] {
        let config = object(Value::Null, secret(text), Value::unknown());
        let plan = plan_update(&config, &stored_key(OLD), &none, false).await;
        assert_eq!(plan.sends.map(|(name, _)| name), expected);
    }
}

/// A plan must keep to what is configured, even for what `ignore_changes` has put there.
#[tokio::test]
async fn a_doubtful_secret_is_planned_within_what_ignore_changes_keeps() {
    let mut doubtful = hashed(OLD).await;
    doubtful.is_secret_in_doubt = true;
    let kept_key = object(secret(OLD), Value::Null, number(1));
    // The next version was sent, and its answer was lost.
    let left = object(secret(OLD), secret(NEW), number(2));
    let plan = plan_update(&left, &kept_key, &doubtful, false).await;
    assert_eq!((&plan.key, &plan.version), (&secret(OLD), &number(2)));
    assert_eq!(plan.sends.map(|(name, _)| name), Some(SECRET_KEY_WO));
    // Automatic mode, gone back to the secret of the hash.
    let left = object(secret(NEW), secret(OLD), Value::Null);
    let prior = object(secret(NEW), Value::Null, number(1));
    let whole = object(Value::Null, secret(OLD), Value::Null);
    let change = ignoring(&left, &whole, &prior, &doubtful).await;
    expect(&change, None, Some(NEW), Some(1));
    assert_eq!(change.again.as_ref().map(SecretText::expose), Some(OLD));
    // The version is kept, and another key was sent.
    doubtful.is_key_newer = true;
    let left = object(secret(NEW), Value::Null, number(1));
    let plan = plan_update(&left, &kept_key, &doubtful, false).await;
    assert_eq!((&plan.key, &plan.version), (&secret(NEW), &number(1)));
    let change = ignoring(&left, &stored_key(NEW), &kept_key, &doubtful).await;
    expect(&change, Some(NEW), Some(NEW), Some(1));
}
