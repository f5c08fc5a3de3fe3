//! Webhooks from elsewhere: import, `moved`, states and identities from another time.

use docspace_emulator::{Emulator, NewWebhook, WebhookPatch};
use serde_json::{Value, json};

use super::page::Section;
use super::{WEBHOOK, said};
use crate::commands::Handle;
use crate::host::Host;
use crate::host::verbs::raw_state;
use crate::host::wire::tfplugin6::move_resource_state::Request;
use crate::webhook::{Portal, fault, with};

const URI: &str = "https://hooks.example.com/docspace";
const STATE: &str = include_str!("../../fixtures/moved/restapi_path.json");

pub async fn section() -> Section {
    let mut section = Section::new("Import, moved blocks and stored states");
    imports(&mut section).await;
    moves(&mut section).await;
    states(&mut section).await;
    section
}

fn add(emulator: &Emulator) {
    emulator.create_webhook(NewWebhook {
        name: "CI events".to_owned(),
        uri: URI.to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    });
}

async fn imports(section: &mut Section) {
    let portal = Portal::start().await;
    add(&portal.emulator);
    add(&portal.emulator);
    for (when, id) in [
        (
            "An import id is neither number nor name and uri",
            "CI events".to_owned(),
        ),
        ("No webhook has the number", "17".to_owned()),
        (
            "No webhook has the name and the uri",
            format!("CI event|{URI}"),
        ),
        (
            "Several webhooks have the name and the uri",
            format!("CI events|{URI}"),
        ),
    ] {
        let report = portal.workspace().import(id.as_str()).await;
        section.add(when, said(report));
    }
    for (when, id) in [
        ("An identity has no id", json!(null)),
        (
            "The id of an identity is no number",
            json!(format!("CI events|{URI}")),
        ),
    ] {
        let identity = Handle::Identity(json!({ "id": id }));
        section.add(when, said(portal.workspace().import(identity).await));
    }
    let mut directory = portal.workspace();
    directory.import("2").await.quiet();
    directory.state.get_mut("it").unwrap().identity = Some(json!({"id": "1"}));
    section.add(
        "The stored identity is that of another webhook",
        said(directory.refresh().await),
    );
    portal.fault(fault("403 scope", "GET /webhook"));
    let report = portal.workspace().import("1").await;
    section.add("The webhooks cannot be listed for an import", said(report));
}

async fn moves(section: &mut Section) {
    let changed = |changes: Value| with(&serde_json::from_str(STATE).unwrap(), changes).to_string();
    let room = changed(json!({"id": "/files/rooms/5", "path": "/files/rooms", "read_path": null}));
    let nameless = changed(json!({
        "id": "CI events", "path": "/api/2.0/settings/webhook", "read_path": null,
        "api_response": null, "create_response": null, "api_data": null,
    }));
    let host = Host::start().await;
    for (when, kind, state) in [
        ("A moved object is of another type", "restapi_thing", STATE),
        (
            "A moved object is not a webhook",
            "restapi_object",
            room.as_str(),
        ),
        (
            "A moved object has no number",
            "restapi_object",
            nameless.as_str(),
        ),
        (
            "A moved object has no readable state",
            "restapi_object",
            "{",
        ),
    ] {
        let moved = host.move_state(WEBHOOK, source(kind, state)).await;
        section.add(when, moved.diagnostics);
    }
    let moved = host
        .move_state(WEBHOOK, source("restapi_object", STATE))
        .await
        .quiet();
    host.stop().await;
    let portal = Portal::start().await;
    add(&portal.emulator);
    let patch = WebhookPatch {
        name: Some("Somebody's".to_owned()),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    let host = portal.workspace().process().await;
    let read = host.read(&moved).await;
    section.add(
        "A moved webhook turns out to be another one",
        read.diagnostics,
    );
    host.stop().await;
}

fn source(kind: &str, state: &str) -> Request {
    Request {
        source_provider_address: "registry.terraform.io/mastercard/restapi".to_owned(),
        source_type_name: kind.to_owned(),
        source_state: Some(raw_state(state)),
        ..Request::default()
    }
}

async fn states(section: &mut Section) {
    let host = Host::start().await;
    for (when, version, state) in [
        ("A state is newer than the provider", 1, "{\"id\": \"1\"}"),
        ("A state is damaged", 0, "{"),
        ("A state is not a JSON object", 0, "[]"),
        ("A state has a wrong type", 0, "{\"id\": 7}"),
        ("A state is from before Terraform 0.12", 0, ""),
        (
            "A state has a version that never was",
            -1,
            "{\"id\": \"1\"}",
        ),
    ] {
        let upgraded = host.upgrade(WEBHOOK, version, state).await;
        section.add(when, upgraded.diagnostics);
    }
    for (when, version, identity) in [
        ("An identity has another version", 1, "{\"id\": \"1\"}"),
        ("An identity is not a JSON object", 0, "[]"),
    ] {
        let upgraded = host.upgrade_identity(WEBHOOK, version, identity).await;
        section.add(when, upgraded.diagnostics);
    }
    host.stop().await;
}
