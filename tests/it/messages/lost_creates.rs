//! Creations whose answer was lost.

use docspace_emulator::{Fault, NewWebhook};
use serde_json::json;

use super::creating::arrival;
use super::page::Section;
use super::{WEBHOOK, carry_out, changed};
use crate::host::diagnostics::Diagnostic;
use crate::webhook::{Portal, fault, on, webhook};

const POST: &str = "POST /webhook";
const LIST: &str = "GET /webhook";
const ME: &str = "GET /people/@self";

pub async fn section() -> Section {
    let mut section = Section::new("Creating a webhook, and the answer is lost");
    // Two of them wait until the portal cannot be working on the request any more.
    let (adopted, unreadable, given_up, interrupted, stale) = tokio::join!(
        stored("reset after"),
        unreadable(),
        given_up(),
        interrupted(),
        stale()
    );
    section.add("The webhook is found", adopted);
    section.add("The list does not show it for long", stale);
    section.add(
        "The webhook is found after an error for an answer",
        stored("503 after").await,
    );
    section.add(
        "The portal refuses, but there is such a webhook",
        stored("500 after").await,
    );
    section.add("The list cannot be read either", unreadable);
    section.add("Two requests are lost", given_up);
    section.add("The run is interrupted", interrupted);
    for (when, before, twin) in doubts() {
        let portal = Portal::start().await;
        let mut directory = portal.workspace().also("max_retries", json!(0));
        let planned = directory.plan(&changed(json!({}))).await;
        for fault in before {
            portal.fault(fault);
        }
        let (said, ()) = tokio::join!(carry_out(&mut directory, planned), async {
            if let Some(twin) = twin {
                arrival(&portal, 1).await;
                portal.emulator.create_webhook(twin);
            }
        });
        section.add(when, said);
    }
    section.add("Such a webhook was there before", preceded(false).await);
    section.add(
        "Such a webhook was there before, and now there is another one",
        preceded(true).await,
    );
    section
}

/// What makes it doubtful whose the webhook is that is found: faults, and a webhook that appears meanwhile.
fn doubts() -> Vec<(&'static str, Vec<Fault>, Option<NewWebhook>)> {
    let lost = |when: &str| fault(when, POST).delay_ms(300);
    let older = json!({"response": [{"configs": {
        "id": 500, "name": "n", "uri": "u", "enabled": true, "ssl": true, "triggers": 0,
    }, "status": 0}]});
    vec![
        (
            "There was no list before the request",
            vec![on(LIST).times(2).respond(503, &[], ""), lost("reset after")],
            None,
        ),
        (
            "There was no list before the request, and there is no webhook",
            vec![
                on(LIST).times(2).respond(503, &[], ""),
                lost("reset before"),
            ],
            None,
        ),
        (
            "The key's owner cannot be read",
            vec![fault("403 scope", ME), lost("reset after")],
            None,
        ),
        (
            "The webhook seems older than the request",
            vec![
                on(LIST).times(1).respond(200, &[], &older.to_string()),
                lost("reset after"),
            ],
            None,
        ),
        (
            "Someone else has created such a webhook",
            vec![lost("reset before")],
            Some(NewWebhook {
                created_by: "00000000-0000-0000-0000-000000000007".to_owned(),
                ..twin()
            }),
        ),
        (
            "The webhook is not as requested",
            vec![lost("reset before")],
            Some(NewWebhook {
                triggers: 0,
                ..twin()
            }),
        ),
        (
            "There are several such webhooks",
            vec![lost("reset after")],
            Some(twin()),
        ),
    ]
}

/// The webhook as it would be if this configuration had been sent by its user.
fn twin() -> NewWebhook {
    NewWebhook {
        name: "CI events".to_owned(),
        uri: "https://hooks.example.com/docspace".to_owned(),
        triggers: 256,
        ..NewWebhook::default()
    }
}

/// A create that is carried out and answered like this.
async fn stored(answer: &str) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(0));
    let planned = directory.plan(&changed(json!({}))).await;
    portal.fault(fault(answer, POST));
    carry_out(&mut directory, planned).await
}

/// The list never shows what was created; that the portal refuses a second one tells.
async fn stale() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&changed(json!({}))).await;
    portal.fault(fault("reset after", POST));
    portal.fault(on(LIST).respond(200, &[], &json!({"response": []}).to_string()));
    carry_out(&mut directory, planned).await
}

/// An equal webhook is there, and may make room for another one while the request is on its way.
async fn preceded(is_replaced: bool) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    portal.emulator.create_webhook(twin());
    let mut directory = portal.workspace();
    let planned = directory.plan(&changed(json!({}))).await;
    portal.fault(fault("reset before", POST).delay_ms(300));
    let (said, ()) = tokio::join!(carry_out(&mut directory, planned), async {
        arrival(&portal, 1).await;
        if is_replaced {
            portal.emulator.delete_webhook(1).unwrap();
            portal.emulator.create_webhook(twin());
        }
    });
    said
}

async fn unreadable() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_retries", json!(0));
    let planned = directory.plan(&changed(json!({}))).await;
    portal.fault(fault("reset after", POST).delay_ms(300));
    let (said, ()) = tokio::join!(carry_out(&mut directory, planned), async {
        arrival(&portal, 1).await;
        portal.fault(on(LIST).respond(503, &[], ""));
    });
    said
}

async fn given_up() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let planned = directory.plan(&changed(json!({}))).await;
    portal.fault(on(POST).reset());
    carry_out(&mut directory, planned).await
}

async fn interrupted() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    portal.fault(on(POST).times(1).reset());
    let host = portal.workspace().process().await;
    let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        arrival(&portal, 1).await;
        host.interrupt().await;
    });
    host.stop().await;
    applied.diagnostics
}
