//! What the provider says of the list.

use serde_json::json;

use super::{EMBEDDING, directory, entries, list, listing, portal_with_weak_keys, set, settled};
use crate::commands::{Workspace, one};
use crate::messages::{Section, carry_out, plan, said};
use crate::portal::{Portal, on};

const GET: &str = "GET /api/2.0/security/csp";
const POST: &str = "POST /api/2.0/security/csp";

pub async fn section() -> Section {
    let mut section = Section::new("Embedding domains");
    entries_that_are_refused(&mut section).await;
    lists_in_the_way(&mut section).await;
    writes(&mut section).await;
    section
}

async fn entries_that_are_refused(section: &mut Section) {
    let portal = Portal::start().await;
    for (when, entry) in [
        ("An entry is empty", json!("")),
        ("An entry is null", json!(null)),
        ("An entry is not ASCII", json!("b\u{fc}cher.example")),
        ("An entry has a blank in it", json!("a.example b.example")),
        ("An entry is not an address", json!("https://")),
    ] {
        let said = said(
            directory(&portal)
                .validate(&one(&json!({"domains": [entry]})))
                .await,
        );
        section.add(when, said);
    }
    let many: Vec<String> = (0..80)
        .map(|n| format!("host-{n:04}.apps.example.com"))
        .collect();
    let said = said(directory(&portal).validate(&listing(&many.join(" "))).await);
    section.add("The entries are too many for the portal's header", said);
}

async fn lists_in_the_way(section: &mut Section) {
    let portal = Portal::start().await;
    set(&portal, "z.example");
    let mut directory = directory(&portal);
    let planned = directory.plan(&listing("a.example")).await;
    section.add(
        "The portal has a list that is not managed",
        said(planned.report.clone()),
    );
    section.add(
        "It is applied nevertheless",
        carry_out(&mut directory, planned).await,
    );

    let more: Vec<String> = (0..22)
        .map(|n| format!("host-{n:02}.example.com"))
        .collect();
    set(&portal, &more.join(" "));
    section.add(
        "The portal's list is long",
        plan(&mut directory, &listing("a.example")).await,
    );

    section.add("An import by another id", said(directory.import("1").await));

    let other = Portal::start().await;
    set(&other, "z.example");
    let home = Portal::start().await;
    let mut directory = settled(&home, "a.example").await;
    directory.set("base_url", json!(other.emulator.base_url()));
    section.add(
        "base_url names a portal with another list",
        said(directory.refresh().await),
    );
}

async fn writes(section: &mut Section) {
    let portal = portal_with_weak_keys().await;
    for (when, key) in [
        ("The key's owner may not change the list", "sk-user"),
        ("The key may not change anything", "sk-reader"),
    ] {
        let mut directory = Workspace::new(portal.provider_with_key(key)).of(EMBEDDING);
        section.add(
            when,
            said(directory.apply(&one(&entries("a.example"))).await),
        );
    }

    let portal = Portal::start().await;
    let mut directory = settled(&portal, "a.example").await;
    let answer = json!({"error": {
        "message": "CSP header size exceeds maximum allowed size of 15360 bytes.",
        "type": "System.InvalidOperationException", "hresult": -2_146_233_079,
    }, "status": 1, "statusCode": 403});
    portal.fault(on(POST).times(1).respond(403, &[], &answer.to_string()));
    let said_of_size = said(directory.apply(&listing("b.example")).await);
    section.add("The portal finds the header too long", said_of_size);

    let answer = json!({"error": {
        "message": "b.example", "type": "System.ArgumentException", "hresult": -2_147_024_809,
    }, "status": 1, "statusCode": 400});
    portal.fault(on(POST).times(1).respond(400, &[], &answer.to_string()));
    let said_of_entry = said(directory.apply(&listing("b.example")).await);
    section.add("The portal refuses an entry", said_of_entry);

    directory.set("max_retries", json!(0));
    portal.fault(on(GET).times(1).respond(503, &[], ""));
    section.add("The list cannot be read", said(directory.refresh().await));

    portal.fault(on(POST).reset());
    let said_of_loss = said(directory.apply(&listing("b.example")).await);
    section.add(
        "The answer to a write is lost again and again",
        said_of_loss,
    );
    let said_of_destruction = said(directory.destroy(&listing("a.example")).await);
    section.add("The same while the list is destroyed", said_of_destruction);
    assert_eq!(list(&portal), "a.example");
}
