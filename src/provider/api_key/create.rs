//! Creating a key: one POST, recorded the moment it is known, nothing read back. A key that is configured as switched
//! off is switched off in the same call: no POST can ask for that (IH §3).

use super::creation::Creation;
use super::mint::mint;
use super::model::{
    EXPIRED, EXPIRES_IN_DAYS, IS_ACTIVE, KEY, KeyModel, NAME, PERMISSIONS, days_in, refresh,
};
use super::private::KeyPrivate;
use super::session::KeySession;
use super::update;
use crate::api::keys::{CreatedKey, KeyChange};
use crate::framework::diagnostics::Diagnostic;
use crate::framework::private_state::PrivateState;
use crate::framework::resource::{CreateRequest, Progress};
use crate::framework::value::{Object, SecretText};
use crate::provider::portal::LivePortal;

/// Creates a key.
pub(super) async fn create(
    portal: &LivePortal,
    session: &KeySession,
    request: CreateRequest,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let model = KeyModel::from_object(&request.plan)?;
    let body = model.to_create(days_in(request.plan.get(EXPIRES_IN_DAYS)));
    let creation = Creation {
        portal,
        session,
        body: &body,
    };
    let created = mint(&creation).await?;
    let state = state_of(&created, &request.plan);
    let private = PrivateState::encode(&KeyPrivate::of(portal.origin(), &created.key));
    progress.save(state, private);
    if model.is_active {
        return Ok(());
    }
    switch_off(portal, session, &created, progress).await
}

/// Returns the state of a new key: what is planned, and the rest as the portal shows it.
fn state_of(created: &CreatedKey, plan: &Object) -> Object {
    let mut state = refresh(plan.clone(), &created.key);
    // The next read shows whether the portal stored something else.
    for name in [NAME, PERMISSIONS, IS_ACTIVE, EXPIRES_IN_DAYS, EXPIRED] {
        state.set(name, plan.get(name).clone());
    }
    state.set(KEY, SecretText::new(created.value.clone()));
    state
}

/// Switches a new key off. If that fails, the key is deleted again: a working key is not what was asked for.
async fn switch_off(
    portal: &LivePortal,
    session: &KeySession,
    created: &CreatedKey,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let change = KeyChange {
        is_active: Some(false),
        ..KeyChange::default()
    };
    let client = portal.client.unstoppable();
    let update = update::Update {
        portal,
        session,
        client: &client,
        key: &created.key,
        change: &change,
    };
    let Err(mut diagnostic) = update.send().await else {
        return Ok(());
    };
    let id = created.key.id;
    let token = session.list.begin_write(id);
    let outcome = if let Ok(true) = client.delete_key(id).await {
        token.deleted();
        progress.forget();
        "The new key could not be switched off, so it was deleted again. Run the command again."
    } else {
        token.unknown();
        "The new key is switched on, although is_active is false, and it could not be deleted again. It is in the state, and \
         the next apply replaces it."
    };
    diagnostic.detail = format!("{} {outcome}", diagnostic.detail);
    Err(diagnostic)
}
