//! `docspace_developer_tools`: who may use the developer tools of a portal (IH §10).
//!
//! | module | holds |
//! | --- | --- |
//! | `schema` | the attributes |
//! | `model` | state and private state |
//! | `messages` | what is said about it |
//! | `session` | whose turn it is to change it, and whether this run has set it |

mod messages;
mod model;
mod schema;
mod session;

use async_trait::async_trait;

use self::model::{DeveloperToolsPrivate, ID, THE_ID, limited_in, state_of, wanted};
use super::portal::{LivePortal, Portal};
use crate::api::Role;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::private_state::PrivateState;
use crate::framework::provider::Offer;
use crate::framework::resource::{
    CreateRequest, DeleteRequest, Plan, PlanRequest, Progress, ReadRequest, Resource, UpdateRequest,
};
use crate::framework::schema::{IdentitySchema, Schema};
use crate::framework::value::Object;

/// Returns the resource.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default().resource(DeveloperToolsResource)
}

/// The resource `docspace_developer_tools`.
#[derive(Debug)]
struct DeveloperToolsResource;

#[async_trait]
impl Resource<Portal> for DeveloperToolsResource {
    fn type_name(&self) -> &'static str {
        "docspace_developer_tools"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn propose(&self, _: &PlanRequest<'_>, plan: &mut Plan, _: &mut Diagnostics) {
        plan.state.set(ID, THE_ID);
    }

    async fn review(
        &self,
        context: &Portal,
        request: &PlanRequest<'_>,
        plan: &Plan,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(portal) = context.known() else {
            return;
        };
        let wanted = limited_in(&plan.state);
        let is_changed = request
            .prior
            .is_none_or(|prior| limited_in(prior) != wanted);
        if is_changed && !portal.is_in_trouble() {
            diagnostics.extend(review_caller(portal, wanted).await);
        }
        diagnostics.extend(portal.long_wait());
    }

    async fn review_deletion(
        &self,
        context: &Portal,
        prior: &Object,
        diagnostics: &mut Diagnostics,
    ) {
        if limited_in(prior) != Some(true) {
            return;
        }
        let refusal = match context.known() {
            // What goes is the predecessor, and the limit stays.
            Some(portal) if portal.developer_tools_turn().await.is_set => return,
            Some(portal) if !portal.is_in_trouble() => review_caller(portal, Some(false)).await,
            _ => None,
        };
        diagnostics.push(refusal.unwrap_or_else(messages::opens_them));
    }

    async fn create(
        &self,
        context: &Portal,
        request: CreateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let limited = wanted(&request.plan);
        let mut turn = portal.developer_tools_turn().await;
        let now = read(portal).await?;
        change(portal, now, limited, progress).await?;
        turn.is_set = true;
        progress.save(
            state_of(limited),
            DeveloperToolsPrivate::of(portal.origin()),
        );
        Ok(())
    }

    async fn read(
        &self,
        context: &Portal,
        request: ReadRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let ReadRequest { state, private } = request;
        if state.get(ID).as_str() != Some(THE_ID) {
            return Err(messages::unknown_id(state.get(ID)));
        }
        portal.developer_tools_turn().await.is_set = false;
        let now = read(portal).await?;
        progress.warn_if(portal.long_wait());
        let is_as_stored = limited_in(&state) == Some(now);
        let private = match elsewhere(portal, &private) {
            // The same portal under another address, or one with the same setting: the next write finds out which.
            Some(_) if is_as_stored => private,
            Some(there) => return Err(messages::of_another_portal(portal.origin(), &there)),
            None => DeveloperToolsPrivate::of(portal.origin()),
        };
        progress.save(state_of(now), private);
        Ok(())
    }

    async fn update(
        &self,
        context: &Portal,
        request: UpdateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let limited = wanted(&request.plan);
        let mut turn = portal.developer_tools_turn().await;
        write(portal, &request.private, limited, progress).await?;
        turn.is_set = true;
        progress.save(
            state_of(limited),
            DeveloperToolsPrivate::of(portal.origin()),
        );
        Ok(())
    }

    async fn delete(
        &self,
        context: &Portal,
        request: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let turn = portal.developer_tools_turn().await;
        match limited_in(&request.prior) {
            Some(true) if !turn.is_set => write(portal, &request.private, false, progress).await,
            _ => Ok(()),
        }
    }
}

/// Warns of a change that the key's owner may not make, and thus not undo either, unless the portal is already as
/// planned.
async fn review_caller(portal: &LivePortal, wanted: Option<bool>) -> Option<Diagnostic> {
    if portal.caller().await.ok()?.role() == Role::Admin {
        return None;
    }
    let now = portal.client.are_developer_tools_limited().await.ok();
    (now.is_none() || now != wanted).then(messages::below_admin)
}

/// Returns the origin of the portal that a state was written for, unless it is this one or unknown.
fn elsewhere(portal: &LivePortal, private: &PrivateState) -> Option<String> {
    let private: DeveloperToolsPrivate = private.decode();
    private.origin.filter(|there| there != portal.origin())
}

async fn read(portal: &LivePortal) -> Result<bool, Diagnostic> {
    let now = portal.client.are_developer_tools_limited().await;
    now.map_err(|error| portal.explain("Could not read developer tools", &error))
}

/// Changes the setting of the portal that the state was written for.
async fn write(
    portal: &LivePortal,
    private: &PrivateState,
    limited: bool,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    if let Some(there) = elsewhere(portal, private) {
        return Err(messages::of_another_portal(portal.origin(), &there));
    }
    let now = read(portal).await?;
    change(portal, now, limited, progress).await
}

/// Sends the setting, unless the portal already has it.
async fn change(
    portal: &LivePortal,
    now: bool,
    limited: bool,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    if now == limited {
        return Ok(());
    }
    portal.require_write(messages::UPDATE).await?;
    let written = portal.client.limit_developer_tools(limited).await;
    progress.warn_if(portal.long_wait());
    progress.warn_if(portal.own_key_ends());
    match written {
        Ok(stored) if stored == limited => Ok(()),
        Ok(_) => Err(messages::not_taken()),
        Err(error) => Err(portal.explain(messages::UPDATE, &error)),
    }
}
