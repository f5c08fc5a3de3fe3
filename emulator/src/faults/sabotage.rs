//! Carrying out fault actions: answers that replace or spoil the portal's.

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};

use crate::faults::rules::{FaultAction, FaultResponse};
use crate::front::answer::{Answer, RequestFacts};
use crate::front::outcome::Outcome;

/// Looks like the start of a log, not like JSON.
const GARBAGE: &str = "upstream said: connection pool exhausted {\"unfinished\": ";

/// The outcome of an action that needs no answer of the portal.
pub(crate) fn replace(action: &FaultAction, facts: &RequestFacts) -> Outcome {
    spoil(action, Answer::empty(StatusCode::NO_CONTENT), facts)
}

/// The outcome of an action after the portal has answered.
pub(crate) fn spoil(action: &FaultAction, answer: Answer, facts: &RequestFacts) -> Outcome {
    match action {
        FaultAction::Pass => Outcome::Answer(answer),
        FaultAction::Respond(response) => Outcome::Answer(scripted(response)),
        FaultAction::Html(html) => Outcome::Answer(Answer::html(status(html.status, 502))),
        FaultAction::Garbage(garbage) => Outcome::Answer(Answer::with_body(
            status(garbage.status, 200),
            "application/json; charset=utf-8",
            GARBAGE,
        )),
        FaultAction::Redirect(redirect) => {
            let location = redirect
                .location
                .clone()
                .unwrap_or_else(|| facts.href.replacen("http://", "https://", 1));
            let mut answer = Answer::html(status(redirect.status, 301));
            if let Ok(location) = HeaderValue::from_str(&location) {
                answer = answer.with_header(LOCATION, location);
            }
            Outcome::Answer(answer)
        }
        FaultAction::Stall => Outcome::Stalled,
        FaultAction::Reset => Outcome::Reset,
        FaultAction::Close => Outcome::Closed,
        FaultAction::Truncate(truncation) => {
            let half = answer.body.len() / 2;
            let kept = truncation.keep_bytes.unwrap_or(half);
            Outcome::Truncated(answer, kept)
        }
        FaultAction::Trickle(trickle) => Outcome::Paced(
            answer,
            trickle.bytes,
            Duration::from_millis(trickle.pause_ms),
        ),
    }
}

fn status(given: Option<u16>, default: u16) -> StatusCode {
    StatusCode::from_u16(given.unwrap_or(default)).unwrap_or(StatusCode::BAD_GATEWAY)
}

fn scripted(response: &FaultResponse) -> Answer {
    let mut answer = Answer::empty(status(Some(response.status), 503));
    answer.body = response.body.clone().into();
    if serde_json::from_str::<serde::de::IgnoredAny>(&response.body).is_ok() {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        answer.headers.insert(CONTENT_TYPE, json);
    }
    for (name, value) in &response.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
            answer.headers.insert(name, value);
        }
    }
    answer
}
