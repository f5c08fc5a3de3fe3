//! Every fault that can happen to a request, for every operation (product §9).
//!
//! A row says which fault, which requests follow, and what comes of it. After every row three things
//! hold: each webhook of the portal is in the state or was named to the user; a secret was sent only
//! where one was to be sent; and, once the fault is gone, plain commands converge to one webhook.

mod create;
mod delete;
mod lost_create;
mod read;
mod update;

use std::time::Duration;

use docspace_emulator::{
    Fault, FaultAction, FaultRedirect, FaultStatus, FaultTrickle, FaultTruncation,
};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::portal::on;
use super::{Portal, webhook};
use crate::core::{Report, Workspace};

/// How many rows run at a time. Some wait for seconds of real time, so one by one would take minutes.
const AT_A_TIME: usize = 6;

/// No row takes this long unless something hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// The summary of a configuration warning that rows with a short time limit cannot avoid.
const SHORT_LIMIT: &str = "request_timeout is short";

/// A fault by its name in a table, for the requests of this name. It happens once.
#[track_caller]
pub fn fault(name: &str, request: &str) -> Fault {
    let rule = on(request).times(1);
    let (kind, is_after) = match name.rsplit_once(' ') {
        Some((kind, "before")) => (kind, false),
        Some((kind, "after")) => (kind, true),
        _ => (name, false),
    };
    let rule = if is_after { rule.after_storing() } else { rule };
    let error = |message: &str, kind: &str| {
        let error =
            json!({"message": message, "type": kind, "stack": "   at ASC.Web", "hresult": -1});
        json!({"error": error, "status": 1}).to_string()
    };
    let problem = r#"{"type":"about:blank","title":"Problem","status":0,"traceId":"00-1"}"#;
    match kind {
        "reset" => rule.reset(),
        "close" => rule.action(FaultAction::Close),
        "silence" => rule.stall(),
        "garbage" => rule.action(FaultAction::Garbage(FaultStatus::default())),
        "web page" => rule.action(FaultAction::Html(FaultStatus { status: Some(200) })),
        "truncated" => rule.action(FaultAction::Truncate(FaultTruncation::default())),
        "trickle" => rule.action(FaultAction::Trickle(FaultTrickle {
            bytes: 40,
            pause_ms: 2,
        })),
        "redirect" => rule.action(FaultAction::Redirect(FaultRedirect::default())),
        "nothing in it" => rule.respond(200, &[], ""),
        "empty object" => rule.respond(200, &[], "{}"),
        "another id" => rule.respond(200, &[], r#"{"response":{"id":99}}"#),
        "400" => rule.respond(
            400,
            &[],
            &error("Invalid URL format", "System.ArgumentException"),
        ),
        "401" => rule.respond(401, &[], ""),
        "402" => rule.respond(402, &[], problem),
        "403 scope" => rule.respond(403, &[], ""),
        "403 denied" => rule.respond(
            403,
            &[],
            &error("Access denied", "System.Security.SecurityException"),
        ),
        "403 busy" => rule.respond(403, &[], problem),
        "404 route" => rule.respond(404, &[], ""),
        "404 suspended" => rule.respond(404, &[], problem),
        "404 gone" => rule.respond(
            404,
            &[],
            &error("The record could not be found", "ASC.ItemNotFoundException"),
        ),
        "429" => rule.respond(429, &[("Retry-After", "0")], ""),
        "429 for an hour" => rule.respond(429, &[("Retry-After", "3600")], ""),
        "500 receiver" => rule.respond(
            500,
            &[],
            &error(
                "Connection refused (hooks.example.com:443)",
                "System.Net.Http.HttpRequestException",
            ),
        ),
        "500" => rule.respond(500, &[], &error("Disk full", "System.IO.IOException")),
        "500 proxy" => rule.respond(500, &[], ""),
        "502" => rule.action(FaultAction::Html(FaultStatus { status: Some(502) })),
        "503" => rule.respond(503, &[], ""),
        "504" => rule.action(FaultAction::Html(FaultStatus { status: Some(504) })),
        _ => panic!("no fault is called {name:?}"),
    }
}

/// Runs the rows of a table, several at a time.
async fn each<R, F>(rows: impl IntoIterator<Item = R>, run: impl Fn(R) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for row in rows {
        if running.len() == AT_A_TIME {
            finished(running.join_next().await);
        }
        running.spawn(timeout(LIMIT, run(row)));
    }
    while let Some(result) = running.join_next().await {
        finished(Some(result));
    }
}

fn finished(
    result: Option<Result<Result<(), tokio::time::error::Elapsed>, tokio::task::JoinError>>,
) {
    match result {
        Some(Ok(in_time)) => assert!(in_time.is_ok(), "a row hangs"),
        Some(Err(panicked)) => std::panic::resume_unwind(panicked.into_panic()),
        None => {}
    }
}

/// A directory for a row: a short time limit where the row needs one, few retries.
fn directory(portal: &Portal, name: &str) -> Workspace {
    let directory = portal.workspace().also("max_retries", json!(2));
    if name.starts_with("silence") || name == "late" {
        directory.also("request_timeout", json!("1s"))
    } else {
        directory
    }
}

/// Takes out what a short time limit is warned of.
fn without_limit_warnings(mut report: Report) -> Report {
    report
        .said
        .retain(|said| said.diagnostic.summary != SHORT_LIMIT);
    report
}

/// The requests from the first write on; a list that was polled counts once.
fn sequence(portal: &Portal, polls: bool) -> Vec<String> {
    let requests = portal.requests().into_iter();
    let mut requests: Vec<String> = requests.skip_while(|r| r.starts_with("GET ")).collect();
    if polls {
        requests.dedup_by(|later, earlier| later == earlier && later.starts_with("GET "));
    }
    requests
}
