//! Webhooks that cannot be changed or deleted.

use serde_json::{Value, json};

use super::page::Section;
use super::{carry_out, changed, said};
use crate::host::diagnostics::Diagnostic;
use crate::webhook::{Portal, fault, on, webhook};

const PUT: &str = "PUT /webhook";
const LIST: &str = "GET /webhook";

pub async fn section() -> Section {
    let mut section = Section::new("Changing and deleting a webhook");
    let renamed = || json!({"name": "Other"});
    section.add("The webhook is gone since the plan", gone().await);
    section.add(
        "The portal refuses the change",
        refused("400", renamed()).await,
    );
    section.add(
        "The answer is lost",
        refused("reset before", renamed()).await,
    );
    let rotated = json!({"secret_key": "S3cret-Key-43"});
    section.add(
        "The answer to a new secret is lost",
        refused("reset before", rotated).await,
    );

    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal.fault(fault("403 denied", "DELETE /webhook/*"));
    let report = directory.destroy(&changed(json!({}))).await;
    section.add("The webhook may not be deleted", said(report));
    portal.emulator.clear_faults();
    directory.set("max_retries", json!(0));
    portal.fault(fault("500", "DELETE /webhook/*"));
    let report = directory.destroy(&changed(json!({}))).await;
    section.add("The portal fails to delete", said(report));
    section
}

async fn gone() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let planned = directory.plan(&changed(json!({"name": "Other"}))).await;
    portal.emulator.delete_webhook(1).unwrap();
    carry_out(&mut directory, planned).await
}

/// A change that meets a fault, each time that it is tried.
async fn refused(name: &str, changes: Value) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    directory.set("max_retries", json!(0));
    let planned = directory.plan(&changed(changes)).await;
    portal.fault(fault(name, PUT));
    // The first list is what the change is checked against.
    portal.fault(on(LIST).skip(1).respond(503, &[], ""));
    carry_out(&mut directory, planned).await
}
