//! A creation in progress: its one request.

use super::session::KeySession;
use crate::api::keys::{CreatedKey, NewKey};
use crate::api::{Client, Error};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

pub(super) const SUMMARY: &str = "Could not create the API key";

/// A creation in progress.
pub(super) struct Creation<'a> {
    pub(super) portal: &'a LivePortal,
    pub(super) session: &'a KeySession,
    pub(super) body: &'a NewKey,
}

impl Creation<'_> {
    /// Makes sure that there is a list before the first POST: without it, nothing could tell afterwards what was there
    /// before.
    pub(super) async fn prepare(&self) -> Result<(), Diagnostic> {
        let list = &self.session.list;
        if list.has_baseline() && !self.portal.client.is_down() {
            return Ok(());
        }
        let read = list.read().await;
        read.map(drop).map_err(|error| {
            let mut diagnostic = self.portal.explain(SUMMARY, &error);
            diagnostic.detail.push_str(" Nothing was created.");
            diagnostic
        })
    }

    /// Sends the POST and keeps the shared list in step with its outcome.
    pub(super) async fn post(&self, client: &Client) -> Result<CreatedKey, Error> {
        let token = self.session.list.begin_create();
        // What this process has already seen cannot be new, whatever the answer says.
        let baseline = self.session.list.baseline();
        let is_new = |id| {
            let was_there = baseline
                .as_ref()
                .is_some_and(|list| list.item(id).is_some());
            !was_there && !self.session.is_created(id)
        };
        let allowance = &self.session.allowance;
        match client.create_key(self.body, allowance, is_new).await {
            Ok(created) => {
                token.created(created.key.clone());
                Ok(created)
            }
            Err(error) => {
                token.failed(&error);
                Err(error)
            }
        }
    }
}
