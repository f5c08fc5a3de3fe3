//! Webhooks that are not there any more, or not as they were.

use docspace_emulator::{Config, NewWebhook, Role, User, WebhookPatch};
use serde_json::json;
use time::macros::datetime;

use super::page::Section;
use super::said;
use crate::commands::{Report, Workspace, one};
use crate::webhook::{Portal, fault, on, webhook, with};

const USER: &str = "00000000-0000-0000-0000-000000000007";
const USER_KEY: &str = "sk-user";

pub async fn section() -> Section {
    let mut section = Section::new("Reading a webhook");
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal.emulator.delete_webhook(1).unwrap();
    section.add("The webhook is gone", said(directory.refresh().await));

    section.add("One of two webhooks is gone", said(one_of_two().await));

    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let patch = WebhookPatch {
        enabled: Some(false),
        last_failure_on: Some(Some(datetime!(2026-06-30 12:00 UTC))),
        last_failure_content: Some(Some("503 (Service Unavailable)".to_owned())),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    section.add(
        "The portal has switched the webhook off",
        said(directory.refresh().await),
    );
    let patch = WebhookPatch {
        last_failure_content: Some(None),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    directory.state.get_mut("it").unwrap().value["enabled"] = json!(true);
    section.add(
        "The same, and the portal does not say why",
        said(directory.refresh().await),
    );

    let patch = WebhookPatch {
        created_on: Some(datetime!(2026-06-30 11:00 UTC)),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, patch).unwrap();
    let state = directory.state.get_mut("it").unwrap();
    state.value["enabled"] = json!(true);
    state.private.clear();
    let said_early = said(directory.refresh().await);
    section.add("It is off before the portal would do it", said_early);

    out_of_sight(&mut section).await;

    let mut directory = Portal::start().await.settled(&webhook()).await;
    let user = User::new(USER, Role::User);
    let elsewhere = Portal::with(Config::offline().with_caller(user, USER_KEY, &[])).await;
    elsewhere.emulator.create_webhook(NewWebhook {
        created_by: USER.to_owned(),
        ..NewWebhook::default()
    });
    directory.set("base_url", json!(elsewhere.emulator.base_url()));
    section.add(
        "The number is that of another portal's webhook",
        said(directory.refresh().await),
    );

    let mut directory = elsewhere.workspace();
    let settled = elsewhere
        .settled(&with(&webhook(), json!({"name": "n"})))
        .await;
    directory.state = settled.state;
    directory.state.get_mut("it").unwrap().value["id"] = json!("CI");
    section.add(
        "The stored id is not a number",
        said(directory.refresh().await),
    );
    section
}

/// The other one shows that the portal is the right one.
async fn one_of_two() -> Report {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_parallelism(1);
    let both = ["A", "B"]
        .map(|name| (name.to_owned(), with(&webhook(), json!({"name": name}))))
        .into();
    directory.apply(&both).await.quiet();
    portal.emulator.delete_webhook(2).unwrap();
    directory.refresh().await
}

/// What the key does not show may be there all the same.
async fn out_of_sight(section: &mut Section) {
    let user = User::new(USER, Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, USER_KEY, &[])).await;
    let mut directory = portal.settled(&webhook()).await;
    directory.set("api_key", json!(USER_KEY));
    section.add(
        "The key does not show someone else's webhook",
        said(directory.refresh().await),
    );

    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal.emulator.delete_webhook(1).unwrap();
    portal.fault(on("GET /people/@self").respond(403, &[], ""));
    section.add(
        "The key may not say whose it is",
        said(directory.refresh().await),
    );

    portal.emulator.clear_faults();
    portal.fault(fault("403 scope", "GET /people/@self").times(9));
    section.add(
        "The key's scope is too narrow to say whose it is",
        said(directory.refresh().await),
    );

    let user = User::new(USER, Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, USER_KEY, &[])).await;
    let mut directory = Workspace::new(portal.provider_with_key(USER_KEY));
    directory.apply(&one(&webhook())).await.quiet();
    portal.emulator.delete_webhook(1).unwrap();
    directory.state.get_mut("it").unwrap().private.clear();
    section.add(
        "The webhook's creator is not recorded",
        said(directory.refresh().await),
    );
}
