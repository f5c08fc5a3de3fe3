//! Creations whose second request fails: a portal stores each new webhook with `enabled` and `ssl` true.

use serde_json::{Value, json};

use super::page::Section;
use super::{carry_out, changed};
use crate::host::diagnostics::Diagnostic;
use crate::webhook::{Portal, fault, on};

pub async fn section() -> Section {
    let mut section = Section::new("Creating a webhook that is switched off");
    let off = json!({"enabled": false});
    section.add(
        "The portal does not switch it off",
        second_refused(off.clone(), false).await,
    );
    section.add(
        "The portal neither switches it off nor deletes it",
        second_refused(off, true).await,
    );
    section.add(
        "The portal does not give up ssl",
        second_refused(json!({"ssl": false}), true).await,
    );
    section.add(
        "The portal does neither",
        second_refused(json!({"enabled": false, "ssl": false}), true).await,
    );
    section.add(
        "The answer of the second request is lost",
        second_lost().await,
    );
    section
}

async fn second_refused(changes: Value, is_kept: bool) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&changed(changes)).await;
    portal.fault(fault("403 denied", "PUT /webhook*").times(9));
    portal.fault(fault("403 denied", "PUT /webhook/enable").times(9));
    if is_kept {
        portal.fault(fault("403 denied", "DELETE /webhook/*").times(9));
    }
    carry_out(&mut directory, planned).await
}

async fn second_lost() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(0));
    let planned = directory.plan(&changed(json!({"enabled": false}))).await;
    portal.fault(on("PUT /webhook/enable").times(9).reset());
    carry_out(&mut directory, planned).await
}
