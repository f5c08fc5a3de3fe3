//! List, create, update, enable and delete (API §6.1 to §6.5), in the documented order of checks (API §7).

use std::sync::Arc;

use secrecy::SecretString;

use crate::account::Caller;
use crate::database::Database;
use crate::dates::now;
use crate::front::answer::{Answer, Counts, HandlerError, Refusal};
use crate::front::call::Call;
use crate::locks::lock;
use crate::nouns::webhooks::body::{WebhookBody, WebhookInput, bind_webhook};
use crate::nouns::webhooks::caller::webhook_user;
use crate::nouns::webhooks::checks::{self, Candidate, SecretCheck};
use crate::nouns::webhooks::races::PATIENCE;
use crate::nouns::webhooks::removal::{Restricted, remove_as_api};
use crate::nouns::webhooks::shape::{ListItem, Renderer, WebhookConfig};
use crate::nouns::webhooks::store::{Store, Webhook, pair_key};

/// `GET /settings/webhook`: all for admins, their own for others.
pub(crate) fn list(call: &Call) -> Result<Answer, Refusal> {
    let caller = webhook_user(call)?;
    let mut webhooks = lock(&call.portal.nouns.webhooks.store).snapshot();
    if !caller.is_admin() {
        webhooks.retain(|webhook| webhook.created_by == caller.user.id);
    }
    let renderer = Renderer::of(call);
    let items: Vec<ListItem<'_>> = webhooks
        .iter()
        .map(|webhook| renderer.list_item(webhook))
        .collect();
    Ok(call.success(&items))
}

/// `POST /settings/webhook`: role, checks A to D on what was sent, uniqueness, insert.
pub(crate) async fn create(call: &Call) -> Result<Answer, Refusal> {
    let input = bind_webhook(
        call.json_body()?,
        WebhookBody::Create,
        call.settings.profile,
    )?;
    let caller = webhook_user(call)?;
    run_checks(
        call,
        caller,
        &input,
        SecretCheck::Required(input.secret.as_ref()),
    )
    .await?;
    let webhook = insert(call, caller, input).await?;
    Ok(call.success(&Renderer::of(call).fresh(&webhook)))
}

/// Looks for duplicates and stores: in one step, or with room for rivals in between (API §16 O4).
async fn insert(
    call: &Call,
    caller: &Caller,
    input: WebhookInput,
) -> Result<Arc<Webhook>, Refusal> {
    let rivals = call.settings.racing_creates;
    if rivals > 1 {
        if let Some(existing) = find_taken(call, &lock(&call.portal.nouns.webhooks.store), &input)?
        {
            return Ok(existing);
        }
        let pair = pair_key(input.uri(), input.name());
        if call
            .portal
            .nouns
            .webhooks
            .races
            .meet(&pair, rivals, PATIENCE)
            .await
        {
            let webhook = new_webhook(call, caller, input);
            return Ok(lock(&call.portal.nouns.webhooks.store).insert(webhook));
        }
    }
    let mut store = lock(&call.portal.nouns.webhooks.store);
    if let Some(existing) = find_taken(call, &store, &input)? {
        return Ok(existing);
    }
    Ok(store.insert(new_webhook(call, caller, input)))
}

/// Refuses a webhook that already exists or cannot be stored; up to 3.0, the existing one was the answer.
fn find_taken(
    call: &Call,
    store: &Store,
    input: &WebhookInput,
) -> Result<Option<Arc<Webhook>>, HandlerError> {
    let database = call.settings.database;
    if !database.can_hold(input.name()) || !database.can_hold(input.uri()) {
        return Err(HandlerError::collations());
    }
    match store.find_pair(input.uri(), input.name(), database) {
        Some(existing) if !call.settings.profile.has_triggers() => Ok(Some(existing)),
        Some(_) => Err(HandlerError::argument(
            "Webhook with the same name and payload URL already exists",
        )),
        None => check_storable(database, input).map(|()| None),
    }
}

fn new_webhook(call: &Call, caller: &Caller, input: WebhookInput) -> Webhook {
    let (triggers, trigger_text) = match input.triggers {
        Some(triggers) => (triggers.mask, triggers.text),
        None => (0, None),
    };
    Webhook {
        id: 0,
        name: input.name.unwrap_or_default(),
        uri: input.uri.unwrap_or_default(),
        secret: input.secret.unwrap_or_else(|| SecretString::from("")),
        enabled: call.settings.flag_on_create(input.enabled),
        ssl: call.settings.flag_on_create(input.ssl),
        triggers,
        trigger_text,
        target_id: input.target_id,
        created_by: caller.user.id.clone(),
        created_on: now(),
        modified_by: None,
        modified_on: None,
        last_failure_on: None,
        last_failure_content: None,
        last_success_on: None,
        status: 0,
    }
}

/// `PUT /settings/webhook`: checks A to D come before the id is looked up (API §7).
pub(crate) async fn update(call: &Call) -> Result<Answer, Refusal> {
    let input = bind_webhook(
        call.json_body()?,
        WebhookBody::Update,
        call.settings.profile,
    )?;
    let caller = call.caller()?;
    if call.settings.profile.checks_updates() {
        let secret = SecretCheck::Optional(input.secret.as_ref());
        run_checks(call, caller, &input, secret).await?;
    }
    let id = input.id.unwrap_or_default();
    let updated = {
        let mut store = lock(&call.portal.nouns.webhooks.store);
        if let Err(refusal) = find_owned(call, &store, id) {
            return unknown_in_old_portals(call, refusal);
        }
        check_storable(call.settings.database, &input)?;
        let profile = call.settings.profile;
        store.change(id, |webhook| apply(webhook, input, caller, profile))
    };
    let updated = updated.ok_or_else(HandlerError::not_found)?;
    Ok(call.success(&Renderer::of(call).updated(&updated)))
}

/// What the database is not asked to compare, it refuses when it is asked to store (API §4.1, inferred).
fn check_storable(database: Database, input: &WebhookInput) -> Result<(), HandlerError> {
    let target = input.target_id.as_deref().unwrap_or_default();
    if [input.name(), input.uri(), target]
        .iter()
        .all(|text| database.can_hold(text))
    {
        Ok(())
    } else {
        Err(HandlerError::database())
    }
}

/// A full replace; only the secret is kept when it is absent or empty (API §1.6).
fn apply(
    webhook: &mut Webhook,
    input: WebhookInput,
    caller: &Caller,
    profile: crate::profile::Profile,
) {
    webhook.name = input.name.unwrap_or_default();
    webhook.uri = input.uri.unwrap_or_default();
    if let Some(secret) = input.secret.filter(|secret| !is_empty(secret)) {
        webhook.secret = secret;
    }
    if profile.has_triggers() {
        let default_flag = profile.flags_default_to_true();
        webhook.enabled = input.enabled.unwrap_or(default_flag);
        webhook.ssl = input.ssl.unwrap_or(default_flag);
    } else {
        // Up to 3.0 an omitted flag was kept (API §11).
        webhook.enabled = input.enabled.unwrap_or(webhook.enabled);
        webhook.ssl = input.ssl.unwrap_or(webhook.ssl);
    }
    let (mask, text) = match input.triggers {
        Some(triggers) => (triggers.mask, triggers.text),
        None => (0, None),
    };
    webhook.triggers = mask;
    webhook.trigger_text = text;
    webhook.target_id = input.target_id;
    mark_modified(webhook, caller);
}

fn is_empty(secret: &SecretString) -> bool {
    use secrecy::ExposeSecret as _;
    secret.expose_secret().is_empty()
}

/// The first modifier stays forever (API §4.2).
fn mark_modified(webhook: &mut Webhook, caller: &Caller) {
    webhook
        .modified_by
        .get_or_insert_with(|| caller.user.id.clone());
    webhook.modified_on = Some(now());
}

/// `PUT /settings/webhook/enable`: the id first, then the checks on what is stored, and only when switching on.
pub(crate) async fn enable(call: &Call) -> Result<Answer, Refusal> {
    let input = bind_webhook(
        call.json_body()?,
        WebhookBody::Update,
        call.settings.profile,
    )?;
    let caller = call.caller()?;
    let id = input.id.unwrap_or_default();
    let enabled = input.enabled.unwrap_or_default();
    let stored = find_owned(call, &lock(&call.portal.nouns.webhooks.store), id)?;
    if enabled {
        let candidate = Candidate {
            triggers: stored.triggers,
            uri: &stored.uri,
            ssl: stored.ssl,
            secret: SecretCheck::Optional(Some(&stored.secret)),
        };
        let portal = &call.portal;
        checks::check(
            &portal.outbound,
            &call.settings,
            caller.user.role,
            &candidate,
        )
        .await?;
    }
    let updated = lock(&call.portal.nouns.webhooks.store).change(id, |webhook| {
        webhook.enabled = enabled;
        mark_modified(webhook, caller);
    });
    let updated = updated.ok_or_else(HandlerError::not_found)?;
    Ok(call.success(&Renderer::of(call).updated(&updated)))
}

/// `DELETE /settings/webhook/{id}`: answers what was removed.
pub(crate) fn delete(call: &Call) -> Result<Answer, Refusal> {
    let found = find_owned(
        call,
        &lock(&call.portal.nouns.webhooks.store),
        call.number(),
    );
    if let Err(refusal) = found {
        return unknown_in_old_portals(call, refusal);
    }
    let removed = remove_as_api(&call.portal, call.number());
    let removed = removed
        .map_err(|Restricted| HandlerError::database())?
        .ok_or_else(HandlerError::not_found)?;
    Ok(call.success(&Renderer::of(call).stored(&removed)))
}

async fn run_checks(
    call: &Call,
    caller: &Caller,
    input: &WebhookInput,
    secret: SecretCheck<'_>,
) -> Result<(), Refusal> {
    let candidate = Candidate {
        triggers: input.mask(),
        uri: input.uri(),
        ssl: input
            .ssl
            .unwrap_or(call.settings.profile.flags_default_to_true()),
        secret,
    };
    checks::check(
        &call.portal.outbound,
        &call.settings,
        caller.user.role,
        &candidate,
    )
    .await
}

/// Unknown ids are 404, strangers' webhooks and locked-out callers 403 (API §7).
fn find_owned(call: &Call, store: &Store, id: i32) -> Result<Arc<Webhook>, Refusal> {
    let webhook = store.find(id).ok_or_else(HandlerError::not_found)?;
    let caller = webhook_user(call)?;
    if !caller.is_admin() && webhook.created_by != caller.user.id {
        return Err(HandlerError::access_denied().into());
    }
    Ok(webhook)
}

/// Up to 3.0, updating or deleting an unknown id answered 200 without `response` (API §11).
fn unknown_in_old_portals(call: &Call, refusal: Refusal) -> Result<Answer, Refusal> {
    let is_unknown = matches!(
        &refusal,
        Refusal::Handler(error) if error.status == axum::http::StatusCode::NOT_FOUND
    );
    if is_unknown && !call.settings.profile.has_triggers() {
        webhook_user(call)?;
        return Ok(call.success_with::<WebhookConfig<'_>>(None, Counts::default()));
    }
    Err(refusal)
}
