//! What the provider says of the setting.

use serde_json::json;

use super::{DEVELOPER_TOOLS, directory, limited, portal_with_weak_keys, set, settled};
use crate::commands::{Configuration, Workspace};
use crate::messages::{Section, carry_out, plan, said};
use crate::portal::{Portal, on};

const GET: &str = "GET /api/2.0/settings/devtoolsaccess";
const POST: &str = "POST /api/2.0/settings/devtoolsaccess";

pub async fn section() -> Section {
    let mut section = Section::new("Developer tools");
    let portal = portal_with_weak_keys().await;
    let mut weak = Workspace::new(portal.provider_with_key("sk-user")).of(DEVELOPER_TOOLS);
    let planned = weak.plan(&limited(true)).await;
    section.add(
        "The key's owner may not change the setting",
        said(planned.report.clone()),
    );
    section.add(
        "It is applied nevertheless",
        carry_out(&mut weak, planned).await,
    );

    let portal = Portal::start().await;
    let mut ours = settled(&portal, true).await;
    section.add(
        "A limit is destroyed",
        plan(&mut ours, &Configuration::new()).await,
    );
    section.add(
        "An import by another id",
        said(directory(&portal).import("1").await),
    );
    let answer =
        json!({"response": {"limitedAccessForUsers": true}, "status": 0, "statusCode": 200});
    portal.fault(on(POST).times(1).respond(200, &[], &answer.to_string()));
    let said_of_nothing = said(ours.apply(&limited(false)).await);
    section.add(
        "The portal answers with success and the old value",
        said_of_nothing,
    );
    ours.set("max_retries", json!(0));
    portal.fault(on(GET).times(1).respond(503, &[], ""));
    section.add("The setting cannot be read", said(ours.refresh().await));

    let other = Portal::start().await;
    set(&other, false);
    ours.set("base_url", json!(other.emulator.base_url()));
    section.add("base_url names another portal", said(ours.refresh().await));
    section
}
