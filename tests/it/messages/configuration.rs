//! What is wrong with the configuration of a webhook by itself.

use serde_json::{Value, json};

use super::page::Section;
use super::{WEBHOOK, changed};
use crate::host::Host;
use crate::host::verbs::oldest_core;

pub async fn section() -> Section {
    let mut section = Section::new("The configuration of a webhook");
    let host = Host::start().await;
    for (when, changes) in refused() {
        let config = &changed(changes)["it"];
        let answer = host.validate_resource(WEBHOOK, config).await;
        section.add(when, answer.diagnostics);
    }
    host.stop().await;
    let old = Host::start().await.with_capabilities(oldest_core());
    let config = &changed(json!({"secret_key": null, "secret_key_wo": "S3cret-Key-43"}))["it"];
    let answer = old.validate_resource(WEBHOOK, config).await;
    section.add("The CLI is too old for secret_key_wo", answer.diagnostics);
    old.stop().await;
    section
}

/// Changes that make the configuration a wrong one, or one to be warned of.
fn refused() -> Vec<(&'static str, Value)> {
    vec![
        ("The name is blank", json!({"name": " "})),
        ("The name is too long", json!({"name": "n".repeat(51)})),
        ("The name has an emoji", json!({"name": "deploy \u{1f680}"})),
        (
            "The uri is not an address",
            json!({"uri": "hooks.example.com"}),
        ),
        (
            "The uri has a blank",
            json!({"uri": "https://hooks example.com/"}),
        ),
        (
            "The uri has no host",
            json!({"uri": "https:hooks.example.com"}),
        ),
        (
            "The uri has another scheme",
            json!({"uri": "ftp://hooks.example.com/"}),
        ),
        (
            "The uri holds a credential",
            json!({"uri": "https://hooks.example.com/?token=t0k3n"}),
        ),
        (
            "The uri is not encrypted",
            json!({"uri": "http://hooks.example.com/"}),
        ),
        ("There is no trigger", json!({"triggers": []})),
        (
            "All is not alone",
            json!({"triggers": ["All", "FileUploaded"]}),
        ),
        (
            "There are more triggers than bits",
            json!({"triggers": strangers(65)}),
        ),
        (
            "A trigger is misspelled",
            json!({"triggers": ["FileUploadd"]}),
        ),
        (
            "A trigger is neither name nor bit",
            json!({"triggers": ["3"]}),
        ),
        (
            "A trigger is there twice",
            json!({"triggers": ["FileUploaded", "256"]}),
        ),
        (
            "A trigger is null",
            json!({"triggers": ["FileUploaded", null]}),
        ),
        ("The secret is empty", json!({"secret_key": ""})),
        (
            "The secret is too long",
            json!({"secret_key": "S3cret-".repeat(5)}),
        ),
        (
            "The secret ends in a line break",
            json!({"secret_key": "S3cret-Key-42\n"}),
        ),
        (
            "There are two secrets",
            json!({"secret_key_wo": "S3cret-Key-43"}),
        ),
        (
            "The version is not a whole number",
            json!({"secret_key": null, "secret_key_wo": "S3cret-Key-43", "secret_key_wo_version": 1.5}),
        ),
        (
            "The version has no secret",
            json!({"secret_key_wo_version": 1}),
        ),
        ("The target is empty", json!({"target_id": ""})),
        (
            "The target is too long",
            json!({"target_id": "t".repeat(256)}),
        ),
    ]
}

/// So many names of triggers that this build does not know.
fn strangers(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("Stranger{number}"))
        .collect()
}
