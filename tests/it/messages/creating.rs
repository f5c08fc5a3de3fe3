//! Webhooks that cannot be created, or were created differently.

use docspace_emulator::{Config, Role, User};
use serde_json::json;

use super::page::Section;
use super::{WEBHOOK, carry_out, changed};
use crate::commands::{Configuration, Workspace};
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::webhook::{Portal, on, webhook, with};

const POST: &str = "POST /webhook";

pub async fn section() -> Section {
    let mut section = Section::new("Creating a webhook");
    let portal = Portal::start().await;
    let planned = portal.workspace().plan(&changed(json!({}))).await;
    portal.settled(&webhook()).await;
    let said = carry_out(&mut portal.workspace(), planned).await;
    section.add("Another webhook has the name and the uri by now", said);

    let mut directory = portal.workspace();
    let planned = directory.plan(&changed(json!({"name": "CI EVENTS"}))).await;
    let said = carry_out(&mut directory, planned).await;
    section.add("Another webhook differs only in case", said);

    section.add("Two resources want one webhook", twice().await);
    section.add(
        "A replacement comes before its predecessor is deleted",
        too_early().await,
    );
    section.add(
        "The same, and the client passes on what the plan knew",
        own().await,
    );
    section.add(
        "The plan was given a secret, and the apply is not",
        without_its_secret().await,
    );
    section.add("Someone else's webhook is in the way", invisible().await);

    let portal = Portal::start().await;
    let echo = json!({"response": {
        "id": 1, "name": "x", "uri": "y", "enabled": false, "ssl": false, "triggers": 1,
    }});
    let fault = on(POST)
        .after_storing()
        .respond(200, &[], &echo.to_string());
    portal.fault(fault);
    let report = portal.workspace().apply(&changed(json!({}))).await;
    section.add(
        "The portal answers with something else",
        super::said(report),
    );

    section.add(
        "The catalog of triggers cannot be read",
        without_catalog().await,
    );
    section.add(
        "The catalog does not have a trigger",
        unknown_trigger().await,
    );
    section.add(
        "The run is interrupted before the request",
        Box::pin(interrupted()).await,
    );
    section
}

/// Two resources with one name and uri in one run.
async fn twice() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let twice = Configuration::from([("a".to_owned(), webhook()), ("b".to_owned(), webhook())]);
    let planned = directory.plan(&twice).await;
    carry_out(&mut directory, planned).await
}

/// `create_before_destroy`: the successor is asked for while its predecessor is there and known.
async fn too_early() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let host = directory.process().await;
    host.read(directory.it()).await.ok();
    let plan = host.plan_create(WEBHOOK, webhook()).await.ok();
    let said = host.apply(&plan).await.diagnostics;
    host.stop().await;
    said
}

/// The same in a process that is not shown the predecessor.
async fn own() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let host = directory.process().await;
    let successor = host
        .plan_successor(WEBHOOK, directory.it(), webhook())
        .await;
    host.stop().await;
    let mut later = portal.workspace();
    let planned = later.planned("it", successor.ok());
    super::said(later.carry_out(planned).await)
}

/// A saved plan has no write-only value.
async fn without_its_secret() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let with_secret = changed(json!({"secret_key": null, "secret_key_wo": "S3cret-Key-43"}));
    let planned = directory.plan(&with_secret).await;
    let without = changed(json!({"secret_key": null}));
    super::said(directory.carry_out_with(planned, &without).await)
}

async fn invisible() -> Vec<Diagnostic> {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, "sk-user", &[])).await;
    portal.settled(&webhook()).await;
    let mut directory = Workspace::new(portal.provider_with_key("sk-user"));
    let planned = directory.plan(&changed(json!({}))).await;
    carry_out(&mut directory, planned).await
}

/// The catalog cannot be read before anything is sent.
async fn without_catalog() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let catalog = on("GET /webhook/triggers");
    let mut directory = portal.workspace().also("max_retries", json!(0));
    portal.fault(
        catalog
            .clone()
            .respond(200, &[], &catalog_with("moon.landed")),
    );
    let config = changed(json!({"triggers": ["MoonLanded"]}));
    let planned = directory.plan(&config).await;
    portal.emulator.clear_faults();
    portal.fault(catalog.respond(503, &[], ""));
    carry_out(&mut directory, planned).await
}

/// While planning, the portal was in trouble before it could be asked about a trigger.
async fn unknown_trigger() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    portal.fault(on("GET /webhook/triggers").respond(200, &[], &catalog_with("mars.landed")));
    portal.fault(on("GET /webhook").respond(503, &[], ""));
    let directory = portal.workspace().also("max_retries", json!(0));
    let host = directory.process().await;
    host.plan_create(WEBHOOK, webhook()).await.warned();
    let other = with(&webhook(), json!({"triggers": ["MoonLanded"]}));
    let plan = host.plan_create(WEBHOOK, other).await.quiet();
    let said = host.apply(&plan).await.diagnostics;
    host.stop().await;
    said
}

/// A catalog with one trigger of this build and one of the future.
fn catalog_with(name: &str) -> String {
    let catalog = json!({"response": [
        {"name": "file.uploaded", "id": 256, "available": true},
        {"name": name, "id": 1_i64 << 40, "available": true},
    ]});
    catalog.to_string()
}

/// One creation is under way, and another waits for its turn.
async fn interrupted() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    // Long enough for the interrupt to come meanwhile.
    portal.fault(on(POST).times(1).delay_ms(3_000));
    let directory = portal.workspace().also("max_concurrent_writes", json!(1));
    let host = directory.process().await;
    let first = host.plan_create(WEBHOOK, webhook()).await.quiet();
    let other = with(&webhook(), json!({"name": "Other"}));
    let second = host.plan_create(WEBHOOK, other).await.quiet();
    let (first, second, ()) = tokio::join!(host.apply(&first), host.apply(&second), async {
        arrival(&portal, 1).await;
        host.interrupt().await;
    });
    host.stop().await;
    [first.diagnostics, second.diagnostics].concat()
}

/// Waits until so many creates have arrived at the portal.
pub async fn arrival(portal: &Portal, count: usize) {
    eventually("a request to arrive", || {
        let log = portal.emulator.request_log();
        (log.iter().filter(|entry| entry.method == "POST").count() >= count).then_some(())
    })
    .await;
}
