//! A creation on its way: its one request, and what is said when that fails.

use super::model::{EXPIRES_IN_DAYS, NAME, PERMISSIONS};
use super::session::KeySession;
use crate::api::keys::{CreatedKey, NewKey};
use crate::api::{Client, Error};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

pub(super) const SUMMARY: &str = "Could not create the API key";

/// A creation on its way.
pub(super) struct Creation<'a> {
    pub(super) portal: &'a LivePortal,
    pub(super) session: &'a KeySession,
    pub(super) body: &'a NewKey,
}

impl Creation<'_> {
    /// Makes sure of the list before the first POST: without it, nobody could tell afterwards what was there before.
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
        // What this process has seen before cannot be new, whatever the answer says.
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

    /// Words a refusal.
    pub(super) fn explain(&self, error: &Error) -> Diagnostic {
        let diagnostic = self.portal.explain(SUMMARY, error);
        if error.is_access_denied() {
            return Diagnostic {
                detail: "The portal refused access (403). Guests may not make API keys, and neither may users and room \
                    administrators while developer tools are limited to administrators. Run the provider with the key of \
                    a person who may make them: the new key acts for that person."
                    .to_owned(),
                ..diagnostic
            };
        }
        if error.status() == Some(429) && error.retry_after().is_none() {
            return Diagnostic {
                detail: "The portal refused the request because of too many requests (429). It lets a person make five API \
                    keys in 15 minutes, over all of the person's keys and runs. Nothing was created. Wait, and run the \
                    command again."
                    .to_owned(),
                ..diagnostic
            };
        }
        point_at(diagnostic, error)
    }
}

/// Points at the attribute that the portal refused.
pub(super) fn point_at(diagnostic: Diagnostic, error: &Error) -> Diagnostic {
    let Some(failure) = error
        .status_failure()
        .filter(|failure| failure.status == 400)
    else {
        return diagnostic;
    };
    let mut fields = failure.validation.keys();
    let field = fields.next().map(|field| field.to_ascii_lowercase());
    let attribute = match field.as_deref() {
        Some("name") => NAME,
        Some("expiresindays") => EXPIRES_IN_DAYS,
        None if error
            .message()
            .is_some_and(|said| said.as_str().starts_with("Permissions")) =>
        {
            PERMISSIONS
        }
        _ => return diagnostic,
    };
    diagnostic.at_attribute(attribute)
}
