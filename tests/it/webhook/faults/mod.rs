//! Every fault that can happen to a request, for every operation (product §9).
//!
//! | module | has |
//! | --- | --- |
//! | `kinds` | the faults by name, shared with the tests of the real CLI |
//! | `matrix` | one operation with one fault, and what must hold after it |
//! | `page` | all of them, and `design/faults.md`, which tells contributors what happens |
//! | `lasting` | faults that take more than a row to tell |
//! | `convergence` | many webhooks and faults at random |
//! | `lost_create`, `odd_portals` | what else can be true when the answer to a create was lost |

mod convergence;
#[path = "../../../support/faults.rs"]
mod kinds;
mod lasting;
mod lost_create;
mod matrix;
mod odd_portals;
mod page;

use std::time::Duration;

use docspace_emulator::Fault;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Portal, webhook};
use crate::commands::{Report, Workspace};
use crate::portal::on;

/// How many rows run at a time. Some wait for seconds of real time, so one by one would take minutes.
const AT_A_TIME: usize = 24;

/// No row takes this long unless something hangs.
const LIMIT: Duration = Duration::from_secs(180);

/// The provider's time limit for a request, where a row waits for it to pass.
const LIMIT_MS: u64 = 5_000;

/// The summary of a configuration warning that rows with a short time limit cannot avoid.
const SHORT_LIMIT: &str = "request_timeout is short";

/// A fault by its name in the table, for the requests of this name. It happens once.
#[track_caller]
pub fn fault(name: &str, request: &str) -> Fault {
    kinds::fault(name, on(request).times(1), LIMIT_MS, "")
}

/// Runs the rows of a table, several at a time.
async fn each<R, F>(rows: impl IntoIterator<Item = R>, run: impl Fn(R) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    each_within(AT_A_TIME, LIMIT, rows, run).await;
}

/// Runs rows, so many at a time, each within a limit that only a row that hangs exceeds.
async fn each_within<R, F>(
    at_a_time: usize,
    limit: Duration,
    rows: impl IntoIterator<Item = R>,
    run: impl Fn(R) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    for row in rows {
        if running.len() == at_a_time {
            finished(running.join_next().await);
        }
        running.spawn(timeout(limit, run(row)));
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

/// The summary of the warning of a long wait.
const LONG_WAIT: &str = "The portal slowed this run down";

/// Takes out what a short time limit and a long wait are warned of.
fn without_limit_warnings(mut report: Report) -> Report {
    report.said.retain(|said| {
        let summary = &said.diagnostic.summary;
        summary != SHORT_LIMIT && summary != LONG_WAIT
    });
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
