//! What the log tells of a command, as somebody reads it who looks for a cause (TPP §9.3).

use serde_json::{Value, json};

use crate::commands::one;
use crate::host::stderr::Record;
use crate::webhook::{Portal, on, webhook, with};

/// One request: by which call it was made, and what came of it.
fn request(record: &Record) -> Option<String> {
    let field = |name: &str| match record.fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    field("http_duration_ms")?.parse::<u64>().ok()?;
    let path = field("http_path")?;
    let path = path.strip_prefix("/api/2.0/settings")?;
    Some(format!(
        "{} {} {path} {} {}",
        field("tf_rpc")?,
        field("http_method")?,
        field("http_status")?,
        field("http_retry")?
    ))
}

/// What is logged at this level by an apply whose POST is refused once.
async fn apply(level: &str) -> Vec<Record> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().env("TF_LOG", level);
    let refusal = on("POST /webhook").times(1);
    portal.fault(refusal.respond(429, &[("Retry-After", "0")], ""));
    directory.apply(&one(&webhook())).await.ok();
    directory.log
}

#[tokio::test]
async fn at_debug_the_log_tells_the_story_of_an_apply() {
    let log = apply("DEBUG").await;
    let mut story: Vec<String> = log.iter().filter_map(request).collect();
    // A plan asks everything at once.
    story.chunks_mut(3).take(2).for_each(<[String]>::sort);
    let planning = [
        "PlanResourceChange GET /security/password 200 0",
        "PlanResourceChange GET /webhook 200 0",
        "PlanResourceChange GET /webhook/triggers 200 0",
    ];
    let applying = [
        "ApplyResourceChange POST /webhook 429 0",
        "ApplyResourceChange POST /webhook 200 1",
    ];
    assert_eq!(story, [&planning[..], &planning, &applying].concat());

    let of_apply =
        |record: &&Record| record.fields.get("tf_rpc") == Some(&json!("ApplyResourceChange"));
    let lines: Vec<&Record> = log.iter().filter(of_apply).collect();
    for line in &lines {
        assert_eq!(
            line.fields["tf_resource_type"], "docspace_webhook",
            "{line:?}"
        );
        assert_eq!(
            line.fields["tf_req_id"], lines[0].fields["tf_req_id"],
            "{line:?}"
        );
    }
    assert!(
        lines.iter().any(|line| line.fields.contains_key("wait_ms")),
        "{lines:#?}"
    );

    let configured = log
        .iter()
        .filter(|line| line.message == "Configured for a portal");
    let configured: Vec<_> = configured.collect();
    assert_eq!(configured.len(), 2, "once for each walk: {log:#?}");
    assert_eq!(configured[0].fields["max_concurrent_writes"], 10);
}

#[tokio::test]
async fn a_diagnostic_is_logged_with_the_attribute_it_is_about() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().env("TF_LOG", "DEBUG");
    let report = directory
        .plan(&one(&with(&webhook(), json!({"name": " "}))))
        .await
        .report;
    assert!(report.has_errors());
    let said = directory
        .log
        .iter()
        .find(|line| line.fields.contains_key("diagnostic_summary"));
    let said = said.unwrap();
    assert_eq!(said.fields["diagnostic_attribute"], "name");
    assert_eq!(said.fields["tf_rpc"], "ValidateResourceConfig");
}

#[tokio::test]
async fn at_info_an_apply_without_trouble_is_silent() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().env("TF_LOG", "INFO");
    directory.apply(&one(&webhook())).await.quiet();
    assert!(directory.log.is_empty(), "{:#?}", directory.log);
}

#[tokio::test]
async fn at_trace_there_is_more_and_no_secret() {
    let (debug, trace) = tokio::join!(apply("DEBUG"), apply("TRACE"));
    assert!(trace.len() > debug.len());
    let text = format!("{trace:?}").to_lowercase();
    for secret in ["s3cret-key-42", "authorization", "bearer", "secretkey"] {
        assert!(!text.contains(secret), "{secret}");
    }
}
