//! What there is beside the resource: data sources, functions, the ephemeral resource, the list
//! resource.

use docspace_emulator::{Config, NewWebhook};
use serde_json::{Value, json};

use super::page::Section;
use super::{TRIGGERS, WEBHOOK};
use crate::host::Host;
use crate::host::diagnostics::Diagnostic;
use crate::host::verbs::Query;
use crate::host::wire::tfplugin6::diagnostic::Severity;
use crate::webhook::{Portal, fault, on};

const DELIVERIES: &str = "docspace_webhook_deliveries";
const WEBHOOKS: &str = "docspace_webhooks";
const SECRET: &str = "docspace_webhook_secret";
const JOURNAL: &str = "GET /webhooks/log";
const ZONE: &str = "GET /api/2.0/settings";
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
    let portal = Portal::start().await;
    portal.emulator.create_webhook(NewWebhook::default());
    portal.fault(on(ZONE).respond(503, &[], ""));
    let host = portal
        .workspace()
        .also("max_retries", json!(0))
        .process()
        .await;
    let read = host.read_data(WEBHOOKS, json!({})).await;
    section.add("The portal does not tell its time zone", read.diagnostics);
    host.stop().await;
    let portal = Portal::start().await;
    portal.fault(on(CATALOG).respond(404, &[], ""));
    let invalid = json!({"title": "One or more validation errors occurred.", "status": 400, "errors": {
        "trigger": ["The value '256' is invalid."],
    }});
    portal.fault(on(JOURNAL).respond(400, &[], &invalid.to_string()));
    let host = portal.workspace().process().await;
    let read = host.read_data(TRIGGERS, json!({})).await;
    section.add("There is no catalog", read.diagnostics);
    let uploads = json!({"trigger": "FileUploaded"});
    let read = host.read_data(DELIVERIES, uploads).await;
    section.add("The portal has no such deliveries", read.diagnostics);
    host.stop().await;
    section
}

/// Data sources whose configuration is refused, or that find nothing.
fn refused_reads() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("No webhook is specified", WEBHOOK, json!({})),
        (
            "A webhook is specified only by its uri",
            WEBHOOK,
            json!({"uri": "https://a.example.com/"}),
        ),
        (
            "A webhook is specified twice",
            WEBHOOK,
            json!({"id": "1", "name": "CI events"}),
        ),
        ("An id is not a number", WEBHOOK, json!({"id": "CI events"})),
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
            "A trigger to look for is unknown",
            WEBHOOKS,
            json!({"trigger": "MoonLanded"}),
        ),
        (
            "A moment is not a date",
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
            "All is to be encoded with other triggers",
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
            "A number is not a set of bits",
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
