//! Complete answers and the shapes they come in: the success envelope (API §2.3) and the errors E1 to E5 (API §8.1).

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, EXPIRES, PRAGMA};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Serialize;

use crate::front::binding::ValidationErrors;
use crate::profile::Profile;

const JSON: &str = "application/json; charset=utf-8";
const SUPPORTED_VERSIONS: HeaderName = HeaderName::from_static("api-supported-versions");
const PROBLEM_JSON: &str = "application/problem+json; charset=utf-8";

/// A complete answer, not yet on its way.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// E1: no body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn with_body(
        status: StatusCode,
        content_type: &'static str,
        body: impl Into<Bytes>,
    ) -> Self {
        let mut answer = Self::empty(status);
        answer
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer.body = body.into();
        answer
    }

    /// E5: what a proxy answers.
    pub(crate) fn html(status: StatusCode) -> Self {
        let title = format!(
            "{} {}",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default()
        );
        Self::with_body(
            status,
            "text/html",
            format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
            ),
        )
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    fn json(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Self {
        // The shapes of this crate have text keys and finite numbers only, which always serialize.
        let text = serde_json::to_vec(body).unwrap_or_default();
        Self::with_body(status, content_type, text)
    }
}

/// What answers repeat about their request.
#[derive(Clone, Debug)]
pub(crate) struct RequestFacts {
    pub(crate) method: Method,
    /// The address as the server saw it.
    pub(crate) href: String,
    /// Scheme and authority of that address.
    pub(crate) origin: String,
    /// The number of the request, from which trace ids are made.
    pub(crate) sequence: u64,
    /// Whether the client asked for JSON.
    pub(crate) accepts_json: bool,
}

impl RequestFacts {
    fn links(&self) -> [Link<'_>; 1] {
        [Link {
            href: &self.href,
            action: self.method.as_str(),
        }]
    }

    /// A W3C trace id that is the same in every run.
    fn trace_id(&self) -> String {
        format!(
            "00-{:032x}-{:016x}-00",
            u128::from(self.sequence) | (0xd0c5 << 112),
            self.sequence | (0xd0c5 << 48)
        )
    }
}

#[derive(Serialize)]
struct Link<'a> {
    href: &'a str,
    action: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<T>,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
    links: [Link<'a>; 1],
    status: u8,
    status_code: u16,
}

/// The two counters of the envelope.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// `None` is the constant 1 of single objects and streamed lists (API §2.3), and 0 where there is no response.
    pub(crate) count: Option<usize>,
    pub(crate) total: Option<usize>,
}

/// Wraps a success; the status is always 200 (API §2.3), and the versions of the API stand beside it (API §16 O11).
pub(crate) fn success<T: Serialize>(
    facts: &RequestFacts,
    profile: Profile,
    response: Option<&T>,
    counts: Counts,
) -> Answer {
    let answer = match response {
        _ if profile.wraps_answers() => {
            let envelope = Envelope {
                response,
                count: counts.count.unwrap_or(usize::from(response.is_some())),
                total: counts.total,
                links: facts.links(),
                status: 0,
                status_code: 200,
            };
            Answer::json(StatusCode::OK, JSON, &envelope)
        }
        Some(response) => Answer::json(StatusCode::OK, JSON, response),
        None => Answer::empty(StatusCode::OK),
    };
    answer.with_header(SUPPORTED_VERSIONS, HeaderValue::from_static("2.0"))
}

/// A request that was refused, before it is known how the refusal is worded.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// E1.
    Empty(StatusCode),
    /// E2.
    Handler(HandlerError),
    /// E3.
    Validation(ValidationErrors),
    /// E4.
    Problem(StatusCode),
    /// 415, whose body claims 200 (API §8.2).
    UnsupportedMedia,
    /// The caller's address is not allowed (API §8.2).
    Restricted,
}

/// An exception as the portal shows it (E2).
#[derive(Clone, Debug)]
pub(crate) struct HandlerError {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
    /// The exception's type and number; `None` for the few errors without a stack.
    pub(crate) exception: Option<(&'static str, i32)>,
}

impl HandlerError {
    /// An exception of the server as E2 (API §8.1) shows it.
    pub(crate) fn new(
        status: StatusCode,
        message: impl Into<String>,
        type_name: &'static str,
        hresult: i32,
    ) -> Self {
        Self {
            status,
            message: message.into(),
            exception: Some((type_name, hresult)),
        }
    }

    /// Most refusals of API §8.3.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            message,
            "System.ArgumentException",
            -2_147_024_809,
        )
    }

    /// A null where a value is needed.
    pub(crate) fn argument_null(parameter: &str) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            format!("Value cannot be null. (Parameter '{parameter}')"),
            "System.ArgumentNullException",
            -2_147_467_261,
        )
    }

    pub(crate) fn access_denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Access denied",
            "System.Security.SecurityException",
            -2_146_233_078,
        )
    }

    /// The refusal to make an API key: the same words as [`Self::access_denied`], another exception.
    pub(crate) fn unauthorized_access() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Access denied",
            "System.UnauthorizedAccessException",
            -2_147_024_891,
        )
    }

    /// A header that is too short for what is cut from it (API §3.3).
    pub(crate) fn argument_out_of_range() -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "startIndex cannot be larger than length of string. (Parameter 'startIndex')",
            "System.ArgumentOutOfRangeException",
            -2_146_233_086,
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "The record could not be found",
            "ASC.Common.Web.ItemNotFoundException",
            -2_146_233_088,
        )
    }

    /// Something else that does not exist, in the caller's language (IH §2.2).
    pub(crate) fn no_such(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            ..Self::not_found()
        }
    }

    /// A rule of an object said no, in its own words (IH §2.2).
    pub(crate) fn invalid_operation(message: impl Into<String>) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            message,
            "System.InvalidOperationException",
            -2_146_233_079,
        )
    }

    /// An unexpected null.
    pub(crate) fn null_reference() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Object reference not set to an instance of an object.",
            "System.NullReferenceException",
            -2_147_467_261,
        )
    }

    /// The database refused a change (API §8.2); the text never says which.
    pub(crate) fn database() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "An error occurred while saving the entity changes. See the inner exception for details.",
            "Microsoft.EntityFrameworkCore.DbUpdateException",
            -2_146_233_088,
        )
    }

    /// A text of four-byte characters met a column of three (API §16 O5).
    pub(crate) fn collations() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for operation '='",
            "MySqlConnector.MySqlException",
            -2_147_467_259,
        )
    }

    pub(crate) fn unknown_portal() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Could not resolve current tenant :-(.",
            "System.Exception",
            -2_146_233_088,
        )
    }

    /// An error without type, stack and number (API §8.1 E2).
    pub(crate) fn bare(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            exception: None,
        }
    }
}

impl From<HandlerError> for Refusal {
    fn from(error: HandlerError) -> Self {
        Self::Handler(error)
    }
}

impl From<ValidationErrors> for Refusal {
    fn from(errors: ValidationErrors) -> Self {
        Self::Validation(errors)
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: ErrorDetail<'a>,
    status: u8,
    #[serde(rename = "statusCode")]
    status_code: u16,
}

#[derive(Serialize)]
struct ErrorDetail<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    type_name: Option<&'a str>,
    stack: Option<&'a str>,
    hresult: i32,
}

#[derive(Serialize)]
struct Problem<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    type_link: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(rename = "traceId")]
    trace_id: String,
}

impl Refusal {
    /// Words the refusal as the portal does; one with a body must not be kept (API §16 O11).
    pub(crate) fn into_answer(self, facts: &RequestFacts) -> Answer {
        let answer = match self {
            Self::Empty(status) => return Answer::empty(status),
            Self::Handler(error) => handler_error(&error),
            Self::Validation(errors) => validation(facts, errors),
            Self::Problem(status) => {
                let problem = problem(facts, status);
                Answer::json(status, PROBLEM_JSON, &problem)
            }
            Self::UnsupportedMedia => {
                let problem = problem(facts, StatusCode::UNSUPPORTED_MEDIA_TYPE);
                wrapped_problem(facts, StatusCode::UNSUPPORTED_MEDIA_TYPE, &problem, 0, 200)
            }
            Self::Restricted => restricted(facts),
        };
        answer.with_header(CACHE_CONTROL, HeaderValue::from_static("no-cache,no-store"))
    }
}

fn handler_error(error: &HandlerError) -> Answer {
    let body = ErrorBody {
        error: ErrorDetail {
            message: &error.message,
            type_name: error.exception.map(|(name, _)| name),
            stack: error.exception.map(|_| {
                "   at ASC.Web.Api.Controllers.Settings.WebhooksController.<handler>\n   at Microsoft.AspNetCore.Mvc.Infrastructure.ActionMethodExecutor.Execute"
            }),
            hresult: error.exception.map_or(0, |(_, hresult)| hresult),
        },
        status: 1,
        status_code: error.status.as_u16(),
    };
    Answer::json(error.status, JSON, &body)
        .with_header(PRAGMA, HeaderValue::from_static("no-cache"))
        .with_header(EXPIRES, HeaderValue::from_static("-1"))
}

fn validation(facts: &RequestFacts, errors: ValidationErrors) -> Answer {
    let mut members = serde_json::Map::new();
    for (key, message) in errors {
        let messages = members
            .entry(key)
            .or_insert_with(|| serde_json::Value::Array(Vec::new()));
        if let serde_json::Value::Array(messages) = messages {
            messages.push(message.into());
        }
    }
    let status = StatusCode::BAD_REQUEST;
    let problem = Problem {
        title: Some("One or more validation errors occurred."),
        errors: Some(members),
        ..problem(facts, status)
    };
    wrapped_problem(facts, status, &problem, 1, 400)
}

fn wrapped_problem(
    facts: &RequestFacts,
    http_status: StatusCode,
    problem: &Problem<'_>,
    status: u8,
    status_code: u16,
) -> Answer {
    let envelope = Envelope {
        response: Some(problem),
        count: 1,
        total: None,
        links: facts.links(),
        status,
        status_code,
    };
    Answer::json(http_status, PROBLEM_JSON, &envelope)
}

fn problem(facts: &RequestFacts, status: StatusCode) -> Problem<'static> {
    let (type_link, title) = match status.as_u16() {
        400 => (
            Some("https://tools.ietf.org/html/rfc9110#section-15.5.1"),
            Some("Bad Request"),
        ),
        403 => (
            Some("https://tools.ietf.org/html/rfc9110#section-15.5.4"),
            Some("Forbidden"),
        ),
        404 => (
            Some("https://tools.ietf.org/html/rfc9110#section-15.5.5"),
            Some("Not Found"),
        ),
        415 => (
            Some("https://tools.ietf.org/html/rfc9110#section-15.5.16"),
            Some("Unsupported Media Type"),
        ),
        // The framework has no entry for 402 (API §8.1 E4).
        _ => (None, None),
    };
    Problem {
        type_link,
        title,
        status: status.as_u16(),
        errors: None,
        trace_id: facts.trace_id(),
    }
}

fn restricted(facts: &RequestFacts) -> Answer {
    let text = "The access to the portal is restricted";
    if facts.accepts_json {
        Answer::json(StatusCode::FORBIDDEN, JSON, &text)
    } else {
        Answer::with_body(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> RequestFacts {
        RequestFacts {
            method: Method::POST,
            href: "http://portal/api/2.0/settings/webhook".to_owned(),
            origin: "http://portal".to_owned(),
            sequence: 7,
            accepts_json: true,
        }
    }

    fn text(answer: &Answer) -> String {
        String::from_utf8(answer.body.to_vec()).expect("text")
    }

    #[test]
    fn the_envelope_has_its_keys_in_order() {
        let answer = success(&facts(), Profile::V3_7, Some(&true), Counts::default());
        assert_eq!(
            text(&answer),
            r#"{"response":true,"count":1,"links":[{"href":"http://portal/api/2.0/settings/webhook","action":"POST"}],"status":0,"statusCode":200}"#
        );
        let bare = success(&facts(), Profile::Tutorial, Some(&true), Counts::default());
        assert_eq!(text(&bare), "true");
    }

    #[test]
    fn errors_without_an_exception_have_nulls() {
        let error = HandlerError::bare(StatusCode::UNAUTHORIZED, "no sub");
        let answer = Refusal::from(error).into_answer(&facts());
        assert_eq!(
            text(&answer),
            r#"{"error":{"message":"no sub","type":null,"stack":null,"hresult":0},"status":1,"statusCode":401}"#
        );
    }

    #[test]
    fn several_messages_of_one_field_share_its_key() {
        let errors = vec![
            ("Name".to_owned(), "a".to_owned()),
            ("Name".to_owned(), "b".to_owned()),
        ];
        let answer = Refusal::from(errors).into_answer(&facts());
        assert!(text(&answer).contains(r#""errors":{"Name":["a","b"]}"#));
        assert_eq!(answer.headers[CONTENT_TYPE], PROBLEM_JSON);
    }

    #[test]
    fn payment_required_has_neither_type_nor_title() {
        let answer = Refusal::Problem(StatusCode::PAYMENT_REQUIRED).into_answer(&facts());
        assert!(text(&answer).starts_with(r#"{"status":402,"traceId":"00-"#));
    }
}
