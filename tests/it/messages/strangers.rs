//! Numbers that stand for another webhook than the one in the state, and webhooks that changed since the plan.

use docspace_emulator::{NewWebhook, WebhookPatch};
use serde_json::json;
use time::macros::datetime;

use super::page::Section;
use super::{carry_out, changed, said};
use crate::commands::Workspace;
use crate::webhook::{Portal, webhook, with};

pub async fn section() -> Section {
    let mut section = Section::new("Another portal, or another webhook of that number");
    elsewhere(&mut section).await;
    made_again(&mut section).await;
    forgotten(&mut section).await;
    changed_since(&mut section).await;
    section
}

/// Makes the webhook 1 of a portal one of long ago.
fn age(portal: &Portal) {
    let patch = WebhookPatch {
        created_on: Some(datetime!(2025-06-30 12:00 UTC)),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
}

async fn settled(changes: serde_json::Value) -> (Portal, Workspace) {
    let portal = Portal::start().await;
    let directory = portal.settled(&with(&webhook(), changes)).await;
    (portal, directory)
}

async fn elsewhere(section: &mut Section) {
    let (_home, mut directory) = settled(json!({})).await;
    let other = Portal::start().await;
    directory.set("base_url", json!(other.emulator.base_url()));
    let report = directory.refresh().await;
    section.add("base_url names a portal without that number", said(report));

    let twin = NewWebhook {
        name: "CI events".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        ..NewWebhook::default()
    };
    other.emulator.create_webhook(twin);
    age(&other);
    let report = directory.destroy(&changed(json!({}))).await;
    section.add(
        "base_url names a portal with such a webhook of another time",
        said(report),
    );

    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_parallelism(1);
    let both = (0..2)
        .map(|n| {
            let named = with(&webhook(), json!({"name": format!("Webhook {n}")}));
            (format!("it{n}"), named)
        })
        .collect();
    directory.apply(&both).await.quiet();
    let other = Portal::start().await;
    directory.set("base_url", json!(other.emulator.base_url()));
    let report = directory.refresh().await;
    section.add("Several webhooks of another portal", said(report));
}

async fn made_again(section: &mut Section) {
    let (portal, mut directory) = settled(json!({"secret_key": null})).await;
    age(&portal);
    let report = directory.refresh().await;
    section.add("The webhook was re-created", said(report));
}

async fn forgotten(section: &mut Section) {
    let (portal, mut directory) = settled(json!({})).await;
    directory.state.get_mut("it").unwrap().private.clear();
    let patch = WebhookPatch {
        name: Some("Audit".to_owned()),
        uri: Some("https://audit.example.com".to_owned()),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    let report = directory.refresh().await;
    section.add(
        "Nothing is remembered, and neither name nor uri agrees",
        said(report),
    );
}

async fn changed_since(section: &mut Section) {
    let (portal, mut directory) = settled(json!({})).await;
    let planned = directory.plan(&changed(json!({"name": "Other"}))).await;
    let patch = WebhookPatch {
        name: Some("By hand".to_owned()),
        enabled: Some(false),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    section.add(
        "The webhook has changed between plan and apply",
        carry_out(&mut directory, planned).await,
    );
}
