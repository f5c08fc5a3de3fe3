//! A request on its way to an endpoint, and the answers that it can get there.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;

use crate::account::Caller;
use crate::config::Settings;
use crate::front::answer::{self, Answer, Counts, Refusal, RequestFacts};
use crate::front::fields::{self, Pruned};
use crate::front::path::Named;
use crate::portal::Portal;

/// A request that has passed the common front and is about to be handled.
pub(crate) struct Call {
    pub(crate) portal: Arc<Portal>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) facts: RequestFacts,
    pub(crate) caller: Option<Caller>,
    pub(crate) named: Named,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    /// The caller of an endpoint that is not anonymous.
    pub(crate) fn caller(&self) -> Result<&Caller, Refusal> {
        self.caller
            .as_ref()
            .ok_or(Refusal::Empty(StatusCode::UNAUTHORIZED))
    }

    /// The number in the path.
    pub(crate) fn number(&self) -> i32 {
        match self.named {
            Named::Number(number) => number,
            Named::Nothing | Named::Guid(_) | Named::Text(_) => 0,
        }
    }

    /// The GUID in the path, in lower case.
    pub(crate) fn guid(&self) -> &str {
        match &self.named {
            Named::Guid(guid) => guid,
            Named::Nothing | Named::Number(_) | Named::Text(_) => "",
        }
    }

    /// The text in the path.
    pub(crate) fn text(&self) -> &str {
        match &self.named {
            Named::Text(text) => text,
            Named::Nothing | Named::Number(_) | Named::Guid(_) => "",
        }
    }

    /// A parameter of the query that is not empty; names match in any case.
    pub(crate) fn parameter(&self, wanted: &str) -> Option<&str> {
        let mut given = self.query.iter();
        let (_, value) = given.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The body, once its content type is known to be JSON (API §8.2: else 415).
    pub(crate) fn json_body(&self) -> Result<&[u8], Refusal> {
        let Some(value) = self.headers.get(CONTENT_TYPE) else {
            return if self.body.is_empty() {
                Ok(&self.body)
            } else {
                Err(Refusal::UnsupportedMedia)
            };
        };
        let media_type = value.to_str().unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default();
        let media_type = media_type.trim().to_ascii_lowercase();
        let is_json = matches!(media_type.as_str(), "application/json" | "text/json")
            || (media_type.starts_with("application/") && media_type.ends_with("+json"));
        if is_json {
            Ok(&self.body)
        } else {
            Err(Refusal::UnsupportedMedia)
        }
    }

    /// Wraps one object.
    pub(crate) fn success(&self, response: &impl Serialize) -> Answer {
        self.success_with(Some(response), Counts::default())
    }

    pub(crate) fn success_with<T: Serialize>(
        &self,
        response: Option<&T>,
        counts: Counts,
    ) -> Answer {
        match (fields::wanted(&self.query), response) {
            (Some(fields), Some(response)) => {
                let pruned = Pruned::new(response, &fields);
                answer::success(&self.facts, self.settings.profile, Some(&pruned), counts)
            }
            _ => answer::success(&self.facts, self.settings.profile, response, counts),
        }
    }
}
