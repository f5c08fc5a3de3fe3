//! Every fault that the emulator can inject, by the name it has in `design/faults.md`.
//!
//! Shared by the tests that drive the provider through the plugin host and those that use the real
//! CLI. Here is what happens to a request, and nothing about what the provider makes of it.

use docspace_emulator::{
    Fault, FaultAction, FaultRedirect, FaultStatus, FaultTrickle, FaultTruncation, PortalState,
};
use serde_json::json;

/// A fault, and what it is.
pub type Entry = (&'static str, &'static str);

/// Answers that take the place of the portal's: before it has seen the request, or, with ` after`
/// behind the name, after it has carried the request out.
pub const ANSWERS: [Entry; 36] = [
    ("400", "the portal's own refusal of a value"),
    ("400 fields", "the refusal of the schema validation"),
    ("401", "no or a wrong key"),
    (
        "402",
        "problem details, as of a portal that is not paid for",
    ),
    ("403 scope", "nothing in it, as for a key without the scope"),
    (
        "403 denied",
        "an `error` object, as for a role without the right",
    ),
    (
        "403 busy",
        "problem details, as of a portal that is being moved",
    ),
    ("403 page", "a web page, as of a firewall"),
    ("404 route", "nothing in it, as of a wrong address"),
    ("404 suspended", "problem details, as of a suspended portal"),
    (
        "404 gone",
        "an `error` object, as for an id that is not there",
    ),
    ("405", "nothing in it"),
    ("408", "nothing in it, as of a proxy that waited too long"),
    ("409", "nothing in it"),
    ("415", "problem details inside of `response`"),
    ("429", "without `Retry-After`, as of the portal's minute"),
    ("429 now", "`Retry-After: 0`"),
    ("429 date", "`Retry-After` with a date that is over"),
    (
        "429 for an hour",
        "`Retry-After: 3600`, as of the portal's day",
    ),
    ("500", "an `error` object of any kind"),
    (
        "500 receiver",
        "an `error` object, as for a receiver that cannot be reached",
    ),
    ("500 proxy", "nothing in it"),
    ("502", "a proxy's web page"),
    ("503", "nothing in it"),
    ("503 now", "`Retry-After: 0`"),
    ("504", "a proxy's web page"),
    ("redirect", "301 to another address"),
    ("redirect 307", "307 to another address"),
    ("web page", "200 with a web page"),
    ("garbage", "200 with a body that is no JSON"),
    ("nothing in it", "200 without a body"),
    ("null", "200 with `null`"),
    ("empty object", "200 with `{}`"),
    (
        "another id",
        "200 with the id of another webhook and nothing else",
    ),
    ("reset", "the connection is reset"),
    ("close", "the connection is closed without an answer"),
];

/// What happens to the portal's own answer, or to its time.
pub const OWN_ANSWERS: [Entry; 8] = [
    ("silence", "no answer for ever, and nothing is carried out"),
    (
        "silence after",
        "no answer for ever, after the request was carried out",
    ),
    ("late", "carried out after nobody waits any more"),
    ("delay", "carried out and answered, a little later"),
    ("truncated", "cut off in the middle"),
    ("headers only", "cut off before the body"),
    ("trickle", "in small pieces"),
    ("plain text", "with the content type `text/plain`"),
];

/// What is wrong with every request from a moment on.
pub const OUTAGES: [Entry; 13] = [
    ("suspended", "the portal is suspended"),
    ("unpaid", "the portal is not paid for"),
    ("busy", "the portal is being moved, restored or encrypted"),
    ("restricted", "the portal does not serve this IP address"),
    ("unknown", "no portal of this name"),
    ("401", "the key was revoked"),
    ("429", "too many requests"),
    ("500", "the portal fails"),
    ("503", "the portal is down"),
    ("redirect", "the portal has moved"),
    ("web page", "a login page is in front of the portal"),
    ("reset", "the connections are reset"),
    ("silence", "nobody answers"),
];

/// The state of the portal that an outage consists in, if it is one.
pub fn portal_state(outage: &str) -> Option<PortalState> {
    match outage {
        "suspended" => Some(PortalState::Suspended),
        "unpaid" => Some(PortalState::Unpaid),
        "busy" => Some(PortalState::Busy),
        "restricted" => Some(PortalState::IpRestricted),
        "unknown" => Some(PortalState::Unknown),
        _ => None,
    }
}

/// Returns whether the provider needs a short time limit to see this fault soon.
pub fn is_slow(name: &str) -> bool {
    name.starts_with("silence") || name == "late"
}

/// Makes a rule into the fault of this name. The limit is the client's, in milliseconds; the answer is
/// what the portal itself would say.
#[track_caller]
pub fn fault(name: &str, rule: Fault, limit: u64, answer: &str) -> Fault {
    let (kind, rule) = match name.rsplit_once(' ') {
        Some((kind, "after")) => (kind, rule.after_storing()),
        Some((kind, "before")) => (kind, rule),
        _ => (name, rule),
    };
    match kind {
        "delay" => rule.delay_ms(200),
        "late" => rule.delay_ms(limit + 4_000),
        "silence" => rule.stall(),
        "reset" => rule.reset(),
        "close" => rule.action(FaultAction::Close),
        "truncated" => rule.action(FaultAction::Truncate(FaultTruncation::default())),
        "headers only" => rule.action(FaultAction::Truncate(FaultTruncation {
            keep_bytes: Some(0),
        })),
        "trickle" => rule.action(FaultAction::Trickle(FaultTrickle {
            bytes: 40,
            pause_ms: 2,
        })),
        "plain text" => {
            let headers = [("Content-Type", "text/plain")];
            rule.after_storing().respond(200, &headers, answer)
        }
        kind => another_answer(kind, rule),
    }
}

#[track_caller]
fn another_answer(kind: &str, rule: Fault) -> Fault {
    let redirect = |status| {
        FaultAction::Redirect(FaultRedirect {
            status: Some(status),
            location: Some("https://moved.example.com/login".to_owned()),
        })
    };
    let page = |status| {
        FaultAction::Html(FaultStatus {
            status: Some(status),
        })
    };
    match kind {
        "redirect" => rule.action(redirect(301)),
        "redirect 307" => rule.action(redirect(307)),
        "403 page" => rule.action(page(403)),
        "502" => rule.action(page(502)),
        "504" => rule.action(page(504)),
        "web page" => rule.action(page(200)),
        "garbage" => rule.action(FaultAction::Garbage(FaultStatus::default())),
        kind => {
            let (status, headers, body) = scripted(kind);
            rule.respond(status, headers, &body)
        }
    }
}

type Headers = &'static [(&'static str, &'static str)];

/// Status, headers and body.
type Scripted = (u16, Headers, String);

#[track_caller]
fn scripted(kind: &str) -> Scripted {
    let wait = |status: u16, headers: Headers| (status, headers, String::new());
    let empty = |status| wait(status, &[]);
    let with = |status: u16, body: &str| -> Scripted { (status, &[], body.to_owned()) };
    let problem = |status: u16| {
        let problem = json!({"type": "about:blank", "title": "Problem", "status": status});
        with(status, &problem.to_string())
    };
    match kind {
        "400" => refusal(400, "Invalid URL format", "System.ArgumentException"),
        "400 fields" => with(
            400,
            r#"{"response":{"title":"One or more validation errors occurred.","status":400,"errors":{"Name":["The Name field is required."]}},"status":1,"statusCode":400}"#,
        ),
        "401" => empty(401),
        "402" => problem(402),
        "403 scope" => empty(403),
        "403 denied" => refusal(403, "Access denied", "System.Security.SecurityException"),
        "403 busy" => problem(403),
        "404 route" => empty(404),
        "404 suspended" => problem(404),
        "404 gone" => {
            let kind = "ASC.Common.Web.ItemNotFoundException";
            refusal(404, "The record could not be found", kind)
        }
        "405" => wait(405, &[("Allow", "GET")]),
        "408" => empty(408),
        "409" => empty(409),
        "415" => with(
            415,
            r#"{"response":{"title":"Unsupported Media Type","status":415},"status":0,"statusCode":200}"#,
        ),
        "429" => empty(429),
        "429 now" => wait(429, &[("Retry-After", "0")]),
        "429 date" => wait(429, &[("Retry-After", "Thu, 01 Jan 2026 00:00:00 GMT")]),
        "429 for an hour" => wait(429, &[("Retry-After", "3600")]),
        "500" => refusal(500, "Disk full", "System.IO.IOException"),
        "500 receiver" => refusal(
            500,
            "Connection refused (hooks.example.com:443)",
            "System.Net.Http.HttpRequestException",
        ),
        "500 proxy" => empty(500),
        "503" => empty(503),
        "503 now" => wait(503, &[("Retry-After", "0")]),
        "nothing in it" => empty(200),
        "null" => with(200, "null"),
        "empty object" => with(200, "{}"),
        "another id" => with(200, r#"{"response":{"id":99}}"#),
        _ => panic!("no fault is called {kind:?}"),
    }
}

/// The portal's own error (API §8.1 E2).
fn refusal(status: u16, message: &str, kind: &str) -> Scripted {
    let error = json!({"message": message, "type": kind, "stack": "   at ASC.Web", "hresult": -1});
    let body = json!({"error": error, "status": 1, "statusCode": status});
    (status, &[], body.to_string())
}

/// Says which kind an action is; a new kind does not compile before it has a name above.
pub fn kind(action: &FaultAction) -> usize {
    match action {
        FaultAction::Pass => 0,
        FaultAction::Respond(_) => 1,
        FaultAction::Html(_) => 2,
        FaultAction::Garbage(_) => 3,
        FaultAction::Redirect(_) => 4,
        FaultAction::Stall => 5,
        FaultAction::Reset => 6,
        FaultAction::Close => 7,
        FaultAction::Truncate(_) => 8,
        FaultAction::Trickle(_) => 9,
    }
}
