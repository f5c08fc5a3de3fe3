//! `docspace_developer_tools`: who may use the developer tools of a portal (IH §10).
//!
//! | module | holds |
//! | --- | --- |
//! | `schema` | the attributes |
//! | `model` | state and private state |
//! | `messages` | what is said about it |
//! | `session` | whose turn it is to change it, and what has set it in this run |

mod messages;
mod model;
mod schema;
mod session;

use async_trait::async_trait;

use self::model::{DeveloperToolsPrivate, ID, THE_ID, limited_in, state_of, wanted};
use super::mark::Mark;
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
            Some(portal) if portal.developer_tools_turn().await.set_by.is_some() => return,
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
        let mark = Some(Mark::new());
        turn.set_by = mark;
        let private = DeveloperToolsPrivate::of(portal.origin(), mark);
        progress.save(state_of(limited), private);
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
        portal.developer_tools_turn().await.set_by = None;
        let now = read(portal).await?;
        progress.warn_if(portal.long_wait());
        let is_as_stored = limited_in(&state) == Some(now);
        let private = match elsewhere(portal, &private) {
            // The same portal under another address, or one with the same setting: the next write finds out which.
            Some(_) if is_as_stored => private,
            Some(there) => return Err(messages::of_another_portal(portal.origin(), &there)),
            None => DeveloperToolsPrivate::of(portal.origin(), mark_in(&private)),
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
        let mark = mark_in(&request.private).or_else(|| Some(Mark::new()));
        turn.set_by = mark;
        let private = DeveloperToolsPrivate::of(portal.origin(), mark);
        progress.save(state_of(limited), private);
        Ok(())
    }

    async fn delete(
        &self,
        context: &Portal,
        request: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let mut turn = portal.developer_tools_turn().await;
        let is_limited = limited_in(&request.prior) == Some(true);
        let own = mark_in(&request.private);
        if !is_limited || turn.set_by.is_some_and(|mark| own != Some(mark)) {
            return Ok(());
        }
        write(portal, &request.private, false, progress).await?;
        turn.set_by = None;
        Ok(())
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

/// Returns the mark of a state, if it has one.
fn mark_in(private: &PrivateState) -> Option<Mark> {
    private.decode::<DeveloperToolsPrivate>().mark
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
