//! `/security/csp`: shown to everyone, replaced by owner and admins (IH §9).

use serde::Serialize;

use super::body::bind_domains;
use super::header::{self, LIMIT};
use crate::front::answer::{Answer, HandlerError, Refusal};
use crate::front::call::Call;

#[derive(Serialize)]
struct Csp {
    #[serde(skip_serializing_if = "Option::is_none")]
    domains: Option<Vec<String>>,
    header: String,
}

/// `GET /security/csp`: a list even where there is none.
pub(super) fn show(call: &Call) -> Answer {
    let domains = call.portal.nouns.embedding.domains();
    call.success(&Csp {
        header: header::header(&domains),
        domains: Some(domains),
    })
}

/// `POST /security/csp`: all of the list, or nothing.
pub(super) fn replace(call: &Call) -> Result<Answer, Refusal> {
    let sent = bind_domains(call.json_body()?)?;
    if !call.caller()?.is_admin() {
        return Err(HandlerError::access_denied().into());
    }
    let domains = sent.map(check).transpose()?;
    let stored = domains.clone().unwrap_or_default();
    let header = header::header(&stored);
    if call.settings.profile.limits_csp_header() && header.len() > LIMIT {
        return Err(too_long().into());
    }
    call.portal.nouns.embedding.replace(stored);
    Ok(call.success(&Csp { domains, header }))
}

/// Refuses the first invalid entry, quoting it.
fn check(entries: Vec<Option<String>>) -> Result<Vec<String>, HandlerError> {
    let entries = entries.into_iter().map(|entry| {
        let entry = entry.ok_or_else(HandlerError::null_reference)?;
        if header::is_valid(&entry) {
            Ok(entry)
        } else {
            Err(HandlerError::argument(entry))
        }
    });
    entries.collect()
}

fn too_long() -> HandlerError {
    HandlerError::invalid_operation(format!(
        "CSP header size exceeds maximum allowed size of {LIMIT} bytes."
    ))
}
