//! One log line per request, and what it does not say.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Once;

use docspace_emulator::{DEFAULT_API_KEY, Fault};
use terraform_provider_docspace::api::DeliveryQuery;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt as _};

use super::bench::{Bench, PATH, create, id};

#[derive(Debug, Clone, Default)]
struct Line {
    level: Option<Level>,
    fields: BTreeMap<String, String>,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields
            .insert(field.name().to_owned(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields
            .insert(field.name().to_owned(), value.to_owned());
    }
}

thread_local! {
    /// What this thread logged since [`collect`].
    static LINES: RefCell<Option<Vec<Line>>> = const { RefCell::new(None) };
}

/// Hands every event to the thread it happens in.
struct ByThread;

impl<S: Subscriber> Layer<S> for ByThread {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines {
                let mut line = Line {
                    level: Some(*event.metadata().level()),
                    ..Line::default()
                };
                event.record(&mut line);
                lines.push(line);
            }
        });
    }
}

/// Makes log lines reach [`collect`]; every test that has a client comes here first.
///
/// There is one subscriber for the whole program and it comes before any event: subscribers that come and go in
/// parallel tests can miss events.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(ByThread);
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
}

/// Starts to collect what the current thread logs; a test's runtime has no other thread.
fn collect() {
    LINES.set(Some(Vec::new()));
}

fn collected() -> Vec<Line> {
    LINES.with_borrow(|lines| lines.clone().unwrap())
}

/// Returns the lines that describe a request.
fn requests() -> Vec<Line> {
    let mut lines = collected();
    lines.retain(|line| line.fields.contains_key("http_retry"));
    lines
}

#[tokio::test]
async fn every_attempt_is_one_debug_line_with_the_documented_fields() {
    collect();
    let bench = Bench::with(|config| config.max_retries = 1).await;
    bench.fault(
        Fault::on("DELETE", "*")
            .times(1)
            .respond(503, &[("Retry-After", "0")], ""),
    );
    bench.client.delete_webhook(id(17)).await.unwrap();
    let requests = requests();
    let seen: Vec<(&str, &str, &str, &str)> = requests
        .iter()
        .map(|line| {
            assert_eq!(line.level, Some(Level::DEBUG));
            assert!(line.fields["http_duration_ms"].parse::<u64>().is_ok());
            (
                line.fields["http_method"].as_str(),
                line.fields["http_path"].as_str(),
                line.fields["http_status"].as_str(),
                line.fields["http_retry"].as_str(),
            )
        })
        .collect();
    let path = "/api/2.0/settings/webhook/17";
    assert_eq!(
        seen,
        [("DELETE", path, "503", "0"), ("DELETE", path, "404", "1")]
    );
}

#[tokio::test]
async fn a_request_without_an_answer_has_a_line_without_a_status() {
    collect();
    let bench = Bench::start().await;
    bench.fault(Fault::on("GET", PATH).reset());
    bench.client.list_webhooks().await.unwrap_err();
    let requests = requests();
    assert_eq!(requests.len(), 1);
    assert!(!requests[0].fields.contains_key("http_status"));
}

#[tokio::test]
async fn how_many_writes_are_sent_at_once_is_logged_when_it_changes() {
    collect();
    let bench = Bench::with(|config| {
        config.max_concurrent_writes = 4;
        config.max_retries = 1;
    })
    .await;
    let refusal = Fault::on("POST", PATH).times(1);
    bench.fault(refusal.respond(429, &[("Retry-After", "0")], ""));
    for name in ["a", "b", "c", "d", "e", "f"] {
        bench.created(name).await;
    }
    let changes: Vec<(Option<Level>, String)> = collected()
        .into_iter()
        .filter_map(|mut line| Some((line.level, line.fields.remove("writes_at_once")?)))
        .collect();
    let debug = |number: &str| (Some(Level::DEBUG), number.to_owned());
    // From then on it depends on how quick the answers are.
    assert_eq!(changes.get(..2), Some(&[debug("2"), debug("3")][..]));
}

#[tokio::test]
async fn no_line_has_a_secret_a_body_a_query_or_a_header() {
    collect();
    let bench = Bench::with(|config| config.max_retries = 1).await;
    bench.fault(Fault::on("GET", PATH).times(1).respond(
        503,
        &[("Retry-After", "0"), ("X-Echo", DEFAULT_API_KEY)],
        DEFAULT_API_KEY,
    ));
    bench.created("sentinel-name").await;
    bench.client.list_webhooks().await.unwrap();
    let query = DeliveryQuery::default();
    drop(bench.client.list_deliveries(&query).await);
    drop(
        bench
            .client
            .create_webhook(&create("sentinel-name"), |_| true)
            .await,
    );
    let text = format!("{:?}", collected());
    assert!(requests().len() >= 5);
    for forbidden in [
        DEFAULT_API_KEY,
        "S3cretKey",
        "sentinel",
        "Bearer",
        "startIndex",
        "secretKey",
    ] {
        assert!(!text.contains(forbidden), "{forbidden} in {text}");
    }
}
