//! What the portal means by an error status at the endpoints of people (IH §8).

use super::model::EMAIL;
use crate::api::{self, StatusFailure};
use crate::provider::diagnose::Refusals;

const PEOPLE: &str = "/people/";

/// The answers to requests about people.
#[derive(Debug)]
pub(super) struct UserRefusals;

impl Refusals for UserRefusals {
    /// Every noun asks who is calling.
    fn cover(&self, error: &api::Error) -> bool {
        error.path().contains(PEOPLE) && !error.path().ends_with("/@self")
    }

    fn objects(&self) -> &'static str {
        "people"
    }

    fn read_scopes(&self) -> &'static str {
        "accounts:read, accounts:write, *:read or *:write"
    }

    fn explain(&self, error: &api::Error, failure: &StatusFailure, said: &str) -> Option<String> {
        match failure.status {
            400 => Some(format!(
                "The portal does not accept this as an e-mail address (400){said}. Correct email, or give the id of \
                 the person instead."
            )),
            403 if is_list(error) => Some(format!(
                "The portal refused access (403){said}. Users and guests may not list people. Use the key of an administrator \
                 or of a room administrator, or look up each person by id or email."
            )),
            403 => Some(format!(
                "The portal has this person and does not show them to the owner of the API key (403){said}. Guests are shown \
                 to administrators and to whoever invited them. Use the key of an administrator."
            )),
            _ => None,
        }
    }

    fn title(&self, error: &api::Error) -> Option<&'static str> {
        match (error.is_access_denied(), is_list(error)) {
            (true, true) => Some("list not allowed"),
            (true, false) => Some("not visible"),
            (false, _) => None,
        }
    }

    fn attribute(&self, error: &api::Error) -> Option<&'static str> {
        (error.status() == Some(400) && error.path().ends_with("/email")).then_some(EMAIL)
    }
}

fn is_list(error: &api::Error) -> bool {
    error.path().ends_with("/filter")
}
