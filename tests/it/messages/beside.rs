//! What there is beside the resource: data sources, functions, the ephemeral resource, the list
//! resource, the action.

use docspace_emulator::{Config, NewWebhook, RequestLogEntry, WebhookPatch};
use serde_json::{Value, json};

use super::page::Section;
use super::{TRIGGERS, WEBHOOK};
use crate::extras::Portal as Fast;
use crate::extras::{scene, upload};
use crate::host::Host;
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::host::verbs::Query;
use crate::host::wire::tfplugin6::diagnostic::Severity;
use crate::webhook::{Portal, fault, on};

const DELIVERIES: &str = "docspace_webhook_deliveries";
const WEBHOOKS: &str = "docspace_webhooks";
const SECRET: &str = "docspace_webhook_secret";
const REDELIVER: &str = "docspace_webhook_redeliver";
const RETRY: &str = "PUT /webhook/retry";
const JOURNAL: &str = "GET /webhooks/log";
const CATALOG: &str = "GET /webhook/triggers";

pub async fn data_sources() -> Section {
    let mut section = Section::new("Data sources");
    let portal = Portal::start().await;
    for uri in [
        "https://a.example.com/",
        "https://b.example.com/",
        "https://b.example.com/",
    ] {
        portal.emulator.create_webhook(NewWebhook {
            name: "CI events".to_owned(),
            uri: uri.to_owned(),
            ..NewWebhook::default()
        });
    }
    let host = portal
        .workspace()
        .also("max_retries", json!(0))
        .process()
        .await;
    for (when, name, config) in refused_reads() {
        section.add(when, host.read_data(name, config).await.diagnostics);
    }
    host.stop().await;
    for (when, request, name, config) in [
        (
            "The webhook cannot be read",
            "GET /webhook",
            WEBHOOK,
            json!({"id": "1"}),
        ),
        (
            "The webhooks cannot be read",
            "GET /webhook",
            WEBHOOKS,
            json!({}),
        ),
        ("The catalog cannot be read", CATALOG, TRIGGERS, json!({})),
        ("The journal cannot be read", JOURNAL, DELIVERIES, json!({})),
    ] {
        let portal = Portal::start().await;
        portal.fault(on(request).respond(503, &[], ""));
        let host = portal
            .workspace()
            .also("max_retries", json!(0))
            .process()
            .await;
        section.add(when, host.read_data(name, config).await.diagnostics);
        host.stop().await;
    }
    section
}

/// Data sources whose configuration is refused, or that find nothing.
fn refused_reads() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("No webhook is named", WEBHOOK, json!({})),
        (
            "A webhook is named by its uri only",
            WEBHOOK,
            json!({"uri": "https://a.example.com/"}),
        ),
        (
            "A webhook is named twice",
            WEBHOOK,
            json!({"id": "1", "name": "CI events"}),
        ),
        ("An id is no number", WEBHOOK, json!({"id": "CI events"})),
        ("A name is blank", WEBHOOK, json!({"name": " "})),
        ("No webhook has the id", WEBHOOK, json!({"id": "17"})),
        ("No webhook has the name", WEBHOOK, json!({"name": "Audit"})),
        (
            "Several webhooks have the name",
            WEBHOOK,
            json!({"name": "CI events"}),
        ),
        (
            "Several webhooks have the name and the uri",
            WEBHOOK,
            json!({"name": "CI events", "uri": "https://b.example.com/"}),
        ),
        (
            "A trigger to look for is misspelled",
            WEBHOOKS,
            json!({"trigger": "FileUploadd"}),
        ),
        (
            "Nobody knows a trigger to look for",
            WEBHOOKS,
            json!({"trigger": "MoonLanded"}),
        ),
        (
            "A moment is no date",
            DELIVERIES,
            json!({"from": "yesterday"}),
        ),
        (
            "The end is before the beginning",
            DELIVERIES,
            json!({"from": "2026-06-30T12:00:00Z", "to": "2026-06-29T12:00:00Z"}),
        ),
        (
            "Deliveries of every trigger are asked for by name",
            DELIVERIES,
            json!({"trigger": "All"}),
        ),
        (
            "No outcome is wanted",
            DELIVERIES,
            json!({"status_groups": []}),
        ),
        (
            "An outcome is unknown",
            DELIVERIES,
            json!({"status_groups": ["failed"]}),
        ),
        ("The limit is out of range", DELIVERIES, json!({"limit": 0})),
        (
            "There are no deliveries, because there is no webhook",
            DELIVERIES,
            json!({"webhook_id": "17"}),
        ),
    ]
}

pub async fn others() -> Section {
    let mut section = Section::new("Functions, the ephemeral resource and the list resource");
    let host = Host::start().await;
    for (when, name, arguments) in refused_arguments() {
        let (text, argument) = host.call_function(name, &arguments).await.unwrap_err();
        section.add(when, vec![of_function(name, &text, argument)]);
    }
    host.stop().await;

    let mut config = Config::offline();
    config.settings.password_policy.min_length = 12;
    let portal = Portal::with(config).await;
    let host = portal
        .workspace()
        .also("max_retries", json!(0))
        .process()
        .await;
    for (when, length) in [
        ("A secret's length is out of range", 31),
        (
            "A secret would be shorter than the portal's policy demands",
            8,
        ),
    ] {
        let opened = host.open(SECRET, json!({"length": length})).await;
        section.add(when, opened.diagnostics);
    }
    portal.fault(fault("403 scope", "GET /webhook"));
    let listed = host.list(WEBHOOK, &Query::default()).await;
    section.add("The webhooks cannot be listed", listed.diagnostics);
    host.stop().await;
    section
}

/// Functions with arguments that they refuse.
fn refused_arguments() -> Vec<(&'static str, &'static str, Vec<Value>)> {
    vec![
        ("An argument is null", "triggers_encode", vec![Value::Null]),
        (
            "No trigger is to be encoded",
            "triggers_encode",
            vec![json!([])],
        ),
        (
            "A trigger to encode is null",
            "triggers_encode",
            vec![json!([null])],
        ),
        (
            "All is to be encoded with company",
            "triggers_encode",
            vec![json!(["All", "FileUploaded"])],
        ),
        (
            "A trigger to encode is misspelled",
            "triggers_encode",
            vec![json!(["FileUploadd"])],
        ),
        (
            "A trigger to encode is neither name nor bit",
            "triggers_encode",
            vec![json!(["3"])],
        ),
        (
            "A trigger to encode is not known",
            "triggers_encode",
            vec![json!(["MoonLanded"])],
        ),
        (
            "A trigger to encode is there twice",
            "triggers_encode",
            vec![json!(["FileUploaded", "256"])],
        ),
        (
            "A number is no set of bits",
            "triggers_decode",
            vec![json!(-1)],
        ),
        (
            "A secret is empty",
            "webhook_signature",
            vec![json!(""), json!("{}")],
        ),
        (
            "A secret ends in a line break",
            "webhook_signature",
            vec![json!("S3cret\n"), json!("{}")],
        ),
    ]
}

/// How Terraform shows a function's error: the summary is its own.
pub fn of_function(name: &str, text: &str, argument: Option<i64>) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        summary: if argument.is_some() {
            "Invalid function argument".to_owned()
        } else {
            "Error in function call".to_owned()
        },
        detail: format!("{text}."),
        path: argument.map_or_else(
            || name.to_owned(),
            |argument| format!("{name}, argument {}", argument + 1),
        ),
    }
}

pub async fn redeliver() -> Section {
    let mut section = Section::new("The action docspace_webhook_redeliver");
    let portal = Portal::start().await;
    let host = portal
        .workspace()
        .also("max_retries", json!(0))
        .process()
        .await;
    let since = "2026-06-30T12:00:00Z";
    for (when, config) in [
        ("Nothing says what to redeliver", json!({})),
        (
            "A number is that of no delivery",
            json!({"delivery_ids": [0]}),
        ),
        (
            "An id is that of no webhook",
            json!({"webhook_id": "CI events", "failed_since": since}),
        ),
        (
            "A moment is no time",
            json!({"webhook_id": "1", "failed_since": "yesterday"}),
        ),
    ] {
        section.add(when, host.invoke(REDELIVER, config).await.diagnostics);
    }
    portal.fault(on(JOURNAL).times(1).respond(503, &[], ""));
    let by_time = json!({"webhook_id": "1", "failed_since": since});
    let said = host.invoke(REDELIVER, by_time.clone()).await.diagnostics;
    section.add("The journal cannot be read", said);
    let nothing = host.invoke(REDELIVER, by_time.clone()).await.ok();
    section.add_with_progress("Nothing has failed", nothing, Vec::new());
    section.add(
        "More deliveries have failed than one call takes",
        too_many(by_time).await,
    );
    host.stop().await;
    outcomes(&mut section).await;
    section.add(
        "Nothing is there to receive a delivery",
        unreachable().await,
    );
    section
}

async fn too_many(config: Value) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    for page in 0..11_u64 {
        let entry = |number| {
            json!({"id": 1100 - page * 100 - number, "status": 503, "trigger": 256,
                   "creationTime": "2026-06-30T12:40:01Z"})
        };
        let entries: Vec<_> = (0..100).map(entry).collect();
        let body = json!({"response": entries, "count": 1, "total": 5000}).to_string();
        portal.fault(on(JOURNAL).respond(200, &[], &body).nth(page + 1));
    }
    let host = portal.workspace().process().await;
    let said = host.invoke(REDELIVER, config).await.diagnostics;
    host.stop().await;
    said
}

/// With deliveries to a real receiver.
async fn outcomes(section: &mut Section) {
    let (portal, receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    let delivered = host
        .invoke(REDELIVER, json!({"delivery_ids": ids}))
        .await
        .ok();
    section.add_with_progress("Everything is delivered", delivered, Vec::new());
    let answer = host
        .invoke(REDELIVER, json!({"delivery_ids": [ids[0], 98, 99]}))
        .await;
    section.add_with_progress(
        "A delivery is not the portal's to repeat",
        answer.result.unwrap_or_default(),
        answer.diagnostics,
    );
    receiver.answer_with(404);
    let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
    section.add_with_progress(
        "The receiver refuses a delivery",
        answer.result.unwrap_or_default(),
        answer.diagnostics,
    );
    receiver.answer_with(503);
    receiver.hold_after(1);
    let before = portal.emulator.deliveries().len();
    let repeating = interrupted(&portal, &host, &ids, || has_failed_since(&portal, before)).await;
    section.add(
        "The run is interrupted while the portal repeats a delivery",
        repeating,
    );
    host.stop().await;

    let (portal, _receiver, host) = scene(&[200]).await;
    let ids = upload(&portal, 1).await;
    portal
        .emulator
        .change_settings(|settings| settings.delivery_speed = 0.001);
    let waiting = interrupted(&portal, &host, &ids, || true).await;
    section.add(
        "The run is interrupted before the outcome is known",
        waiting,
    );
    host.stop().await;
    for (when, rule) in [
        (
            "The answer is lost",
            on(RETRY).times(1).reset().after_storing(),
        ),
        ("There are too many calls", on(RETRY).respond(429, &[], "")),
    ] {
        portal.emulator.add_fault(rule).unwrap();
        let host = portal.host().await;
        let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
        section.add(when, answer.diagnostics);
        host.stop().await;
    }
}

/// Whether there are more deliveries than these, and an attempt of the last one has failed.
fn has_failed_since(portal: &Fast, count: usize) -> bool {
    let deliveries = portal.emulator.deliveries();
    deliveries.len() > count && deliveries.last().is_some_and(|last| last.status == 503)
}

/// Redelivers, and is interrupted once this is so and the journal was looked at.
async fn interrupted(
    portal: &Fast,
    host: &Host,
    ids: &[i32],
    is_time: impl Fn() -> bool,
) -> Vec<Diagnostic> {
    let (answer, ()) = tokio::join!(
        host.invoke(REDELIVER, json!({"delivery_ids": ids})),
        async {
            eventually("the moment", || is_time().then_some(())).await;
            portal.emulator.reset_log();
            eventually("a look at the journal", || {
                let log = portal.emulator.request_log();
                let answered =
                    |it: &RequestLogEntry| it.path.contains("/webhooks/log") && it.status.is_some();
                log.iter().any(answered).then_some(())
            })
            .await;
            host.interrupt().await;
        }
    );
    answer.diagnostics
}

/// A receiver that is not there at all.
async fn unreachable() -> Vec<Diagnostic> {
    let (portal, receiver, host) = scene(&[200]).await;
    drop(receiver);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let patch = WebhookPatch {
        uri: Some(format!("http://{}/", nobody.local_addr().unwrap())),
        ..WebhookPatch::default()
    };
    drop(nobody);
    portal.emulator.patch_webhook(1, patch).unwrap();
    let ids = upload(&portal, 1).await;
    let answer = host.invoke(REDELIVER, json!({"delivery_ids": ids})).await;
    host.stop().await;
    answer.diagnostics
}
