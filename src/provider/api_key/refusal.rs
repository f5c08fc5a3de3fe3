//! What the portal means by an error status at the endpoints of keys (IH §3).

use super::model::{EXPIRES_IN_DAYS, NAME, PERMISSIONS};
use crate::api::{self, Operation, StatusFailure};
use crate::provider::diagnose::Refusals;

/// How every path about keys continues after the API's root.
const KEYS: &str = "/keys";

/// The answers to requests about keys.
#[derive(Debug)]
pub(super) struct KeyRefusals;

impl Refusals for KeyRefusals {
    fn cover(&self, error: &api::Error) -> bool {
        error.path().contains(KEYS)
    }

    fn objects(&self) -> &'static str {
        "API keys"
    }

    fn explain(&self, error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String> {
        match failure.status {
            403 if error.operation() == Operation::CreateKey => Some(format!(
                "The portal refused access (403){said}. Guests may not create API keys, and neither may users and room \
                 administrators while developer tools are limited to administrators. Run the provider with the key of \
                 a person who may create them: the new key acts for that person."
            )),
            429 if error.operation() == Operation::CreateKey && failure.retry_after.is_none() => {
                Some(format!(
                    "The portal refused the request because of too many requests (429){said}. It lets a person create \
                     five API keys in 15 minutes, across all of the person's keys and runs. Nothing was created. Wait, \
                     and run the command again."
                ))
            }
            _ => None,
        }
    }

    fn attribute(&self, error: &api::Error) -> Option<&'static str> {
        let failure = error
            .status_failure()
            .filter(|failure| failure.status == 400)?;
        let field = failure.validation.keys().next();
        match field.map(|field| field.to_ascii_lowercase()).as_deref() {
            Some("name") => Some(NAME),
            Some("expiresindays") => Some(EXPIRES_IN_DAYS),
            Some(_) => None,
            // The portal does not translate this.
            None => {
                let said = failure.message.as_ref()?.as_str();
                said.starts_with("Permissions").then_some(PERMISSIONS)
            }
        }
    }
}
