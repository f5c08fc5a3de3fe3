//! `docspace_embedding`: the one list of domains that may embed a portal (IH §9).
//!
//! The list is shared: plugins, administrators and other configurations write to it, and every write replaces all of
//! it. Entries in no configuration therefore show as drift, and are removed only by a plan that shows it.
//!
//! | module | holds |
//! | --- | --- |
//! | `schema` | the attributes and their single checks |
//! | `model` | state, private state, and what a change makes of a list |
//! | `session` | whose turn it is to write, and what this run has set |
//! | `conflict` | lists that this state or plan may not touch |
//! | `write` | read, change, write, until the outcome is known |

mod conflict;
mod model;
mod schema;
mod session;
mod write;

use async_trait::async_trait;

use self::model::{Change, DOMAINS, EmbeddingPrivate, ID, THE_ID, entries_of, state_of};
use super::mark::Mark;
use super::portal::{LivePortal, Portal};
use crate::api::embedding::{MAX_HEADER, share};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::provider::Offer;
use crate::framework::resource::{
    CreateRequest, DeleteRequest, Plan, PlanRequest, Progress, ReadRequest, Resource, UpdateRequest,
};
use crate::framework::schema::{IdentitySchema, Schema};
use crate::framework::value::Object;

/// Returns the resource.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default().resource(EmbeddingResource)
}

/// The resource `docspace_embedding`.
#[derive(Debug)]
struct EmbeddingResource;

#[async_trait]
impl Resource<Portal> for EmbeddingResource {
    fn type_name(&self) -> &'static str {
        "docspace_embedding"
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        Some(schema::identity())
    }

    async fn propose(
        &self,
        _request: &PlanRequest<'_>,
        plan: &mut Plan,
        diagnostics: &mut Diagnostics,
    ) {
        plan.state.set(ID, THE_ID);
        let private: EmbeddingPrivate = plan.private.decode();
        if let Some(own_share) = private.own_share {
            diagnostics.extend(too_long(own_share, &plan.state));
        }
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
        let is_known = plan.state.get(DOMAINS).is_wholly_known();
        if request.prior.is_none() && is_known && !portal.is_in_trouble() {
            review_creation(portal, plan, diagnostics).await;
        }
        diagnostics.extend(portal.long_wait());
    }

    async fn create(
        &self,
        context: &Portal,
        request: CreateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let change = Change {
            wanted: entries_of(&request.plan),
            ..Change::default()
        };
        change_list(portal, change, None, progress).await
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
            return Err(conflict::unknown_id(state.get(ID)));
        }
        portal.embedding_turn().await.clear();
        let now = write::read(portal, write::READ).await?;
        progress.warn_if(portal.long_wait());
        let private: EmbeddingPrivate = private.decode();
        conflict::refuse_elsewhere(portal, &private, &entries_of(&state), &now)?;
        let private = EmbeddingPrivate::of(portal.origin(), &now, private.mark);
        progress.save(state_of(&now.domains), private);
        Ok(())
    }

    async fn update(
        &self,
        context: &Portal,
        request: UpdateRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let change = Change {
            ours: entries_of(&request.prior),
            wanted: entries_of(&request.plan),
            ..Change::default()
        };
        let private: EmbeddingPrivate = request.private.decode();
        change_list(portal, change, Some(private), progress).await
    }

    async fn delete(
        &self,
        context: &Portal,
        request: DeleteRequest,
        progress: &Progress,
    ) -> Result<(), Diagnostic> {
        let portal = context.live()?;
        let private: EmbeddingPrivate = request.private.decode();
        let mut held = portal.embedding_turn().await;
        let change = Change {
            ours: entries_of(&request.prior),
            held: held.by_others(private.mark),
            ..Change::default()
        };
        let result = write::write(portal, write::REMOVE, &change, |now| {
            conflict::refuse_elsewhere(portal, &private, &change.ours, now)
        });
        let result = result.await.map(|_left| held.forget(private.mark));
        progress.warn_if(portal.long_wait());
        progress.warn_if(portal.own_key_ends());
        result
    }
}

/// Brings the portal's list from the state to the plan. Without a state there must not be a list.
async fn change_list(
    portal: &LivePortal,
    mut change: Change,
    private: Option<EmbeddingPrivate>,
    progress: &Progress,
) -> Result<(), Diagnostic> {
    let mut held = portal.embedding_turn().await;
    let mark = private.as_ref().and_then(|private| private.mark);
    change.held = held.by_others(mark);
    let written = write::write(portal, write::UPDATE, &change, |now| match &private {
        None => conflict::refuse_replacing(portal, &change.wanted, now),
        Some(private) => conflict::refuse_elsewhere(portal, private, &change.ours, now),
    });
    let written = written.await;
    progress.warn_if(portal.long_wait());
    progress.warn_if(portal.own_key_ends());
    let mark = mark.unwrap_or_else(Mark::new);
    let private = EmbeddingPrivate::of(portal.origin(), &written?, Some(mark));
    progress.save(state_of(&change.wanted), private);
    held.set(mark, change.wanted);
    Ok(())
}

/// Warns if the portal's list is in the way of a creation, and checks the length of its header.
async fn review_creation(portal: &LivePortal, plan: &Plan, diagnostics: &mut Diagnostics) {
    let now = match portal.client.embedding().await {
        Ok(now) => now,
        Err(error) => return portal.report_trouble(&error, diagnostics),
    };
    diagnostics.extend(conflict::warning(portal, &entries_of(&plan.state), &now));
    diagnostics.extend(
        now.own_share()
            .and_then(|own_share| too_long(own_share, &plan.state)),
    );
}

/// Refuses a plan whose entries do not fit into the header next to what the portal itself writes there.
fn too_long(own_share: usize, planned: &Object) -> Option<Diagnostic> {
    let entries = entries_of(planned);
    let length = own_share + share(entries.iter().map(String::as_str));
    (length > MAX_HEADER).then(|| schema::too_long(length).at_attribute(DOMAINS))
}
