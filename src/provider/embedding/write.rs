//! Read, change, write: a list is written only right after it was read, and not at all if nothing differs.

use super::model::{Change, DOMAINS};
use super::schema;
use crate::api::Error;
use crate::api::embedding::{Embedding, MAX_HEADER, is_too_long, share};
use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

pub(super) const READ: &str = "Could not read embedding domains";
pub(super) const UPDATE: &str = "Could not update embedding domains";
pub(super) const REMOVE: &str = "Could not remove embedding domains";

/// How often a write whose answer is lost is sent.
const MOST_WRITES: u32 = 3;

/// Reads the list.
pub(super) async fn read(portal: &LivePortal, summary: &str) -> Result<Embedding, Diagnostic> {
    let read = portal.client.embedding().await;
    read.map_err(|error| portal.explain(summary, &error))
}

/// Changes the list, which `check` may refuse to have touched, and returns what the portal holds then.
///
/// After a lost answer it reads again and sends what is still missing, which is usually nothing.
pub(super) async fn write(
    portal: &LivePortal,
    summary: &str,
    change: &Change,
    check: impl FnOnce(&Embedding) -> Result<(), Diagnostic> + Send,
) -> Result<Embedding, Diagnostic> {
    let mut now = read(portal, summary).await?;
    check(&now)?;
    let mut client = portal.client.clone();
    let mut sent = 0;
    loop {
        let list = change.over(&now.domains);
        if list == now.domains {
            return Ok(now);
        }
        refuse_long(&now, &list)?;
        portal.require_write(summary).await?;
        sent += 1;
        let error = match client.replace_embedding(&list).await {
            Ok(stored) => return Ok(stored),
            Err(error) => error,
        };
        if !error.outcome_unknown() || sent == MOST_WRITES {
            return Err(explain(portal, summary, &error));
        }
        client = client.again();
        now = client
            .embedding()
            .await
            .map_err(|_unread| explain(portal, summary, &error))?;
    }
}

/// Refuses a list whose header the portal would refuse. What is read here can be more than what was planned.
fn refuse_long(now: &Embedding, list: &[String]) -> Result<(), Diagnostic> {
    let length = now
        .own_share()
        .map_or(0, |own| own + share(list.iter().map(String::as_str)));
    if length <= MAX_HEADER {
        return Ok(());
    }
    Err(schema::too_long(length).at_attribute(DOMAINS))
}

fn explain(portal: &LivePortal, summary: &str, error: &Error) -> Diagnostic {
    if is_too_long(error) {
        let title = portal.wording().titled(summary, error);
        let why = schema::does_not_fit();
        return Diagnostic::error(title, why).at_attribute(DOMAINS);
    }
    let mut diagnostic = portal.explain(summary, error);
    if error.status() == Some(400) {
        diagnostic = diagnostic.at_attribute(DOMAINS);
    }
    if error.outcome_unknown() {
        diagnostic.detail.push_str(
            " Whether the portal made the change is not certain; the next plan shows what it holds.",
        );
    }
    diagnostic
}
