//! What a plan finds out from the portal.

use docspace_emulator::{Config, NewWebhook, Profile, Role, User};
use serde_json::json;

use super::page::Section;
use super::{changed, plan};
use crate::commands::{Configuration, Workspace};
use crate::webhook::{Portal, on, webhook, with};

const LIST: &str = "GET /webhook";
const CATALOG: &str = "GET /webhook/triggers";

pub async fn section() -> Section {
    let mut section = Section::new("Planning");
    targets(&mut section).await;
    triggers(&mut section).await;
    clashes(&mut section).await;
    secrets(&mut section).await;
    portals(&mut section).await;
    section
}

async fn targets(section: &mut Section) {
    let guid = "5d76b349-db61-4485-a15e-1e62e5d2933c";
    for (when, target, trigger) in [
        (
            "The target has capital letters",
            guid.to_uppercase(),
            "UserUpdated",
        ),
        (
            "The target is not an id",
            "files-system".to_owned(),
            "FileUploaded",
        ),
        (
            "The target is a user or group, and no trigger is",
            guid.to_owned(),
            "room.updated",
        ),
        (
            "The target is a number, and every trigger is about users",
            "17".to_owned(),
            "UserUpdated",
        ),
        (
            "Every trigger is about something new",
            "17".to_owned(),
            "room.created",
        ),
    ] {
        let portal = Portal::start().await;
        let config = changed(json!({"target_id": target, "triggers": [trigger]}));
        section.add(when, plan(&mut portal.workspace(), &config).await);
    }
}

async fn triggers(section: &mut Section) {
    let portal = Portal::start().await;
    let config = changed(json!({"triggers": ["MoonLanded"]}));
    let said = plan(&mut portal.workspace(), &config).await;
    section.add("A trigger is unknown", said);

    let catalog =
        json!({"response": [{"name": "moon.landed", "id": 1_i64 << 40, "available": true}]});
    portal.fault(on(CATALOG).respond(200, &[], &catalog.to_string()));
    let config = changed(json!({"triggers": ["MoonLanded", "1099511627776"]}));
    let said = plan(&mut portal.workspace(), &config).await;
    section.add("A trigger is there twice, as the portal knows", said);

    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let portal = Portal::with(Config::offline().with_caller(user, "sk-user", &[])).await;
    let mut directory = Workspace::new(portal.provider_with_key("sk-user"));
    let config = changed(json!({"triggers": ["RoomCreated"]}));
    section.add(
        "A trigger is not for the role of the key's owner",
        plan(&mut directory, &config).await,
    );

    let portal = Portal::of(Profile::V3_1).await;
    let config = changed(json!({"triggers": ["FormSubmit"]}));
    let said = plan(&mut portal.workspace(), &config).await;
    section.add("A trigger is newer than the portal", said);

    let config = changed(json!({"triggers": ["FolderDownloaded"]}));
    let said = plan(&mut portal.workspace(), &config).await;
    section.add("A trigger needs more bits than the portal takes", said);
}

async fn clashes(section: &mut Section) {
    let portal = Portal::start().await;
    portal.settled(&webhook()).await;
    let said = plan(&mut portal.workspace(), &changed(json!({}))).await;
    section.add(
        "A webhook that is not managed has the name and the uri",
        said,
    );

    let portal = Portal::start().await;
    let twice = Configuration::from([("a".to_owned(), webhook()), ("b".to_owned(), webhook())]);
    let said = plan(&mut portal.workspace(), &twice).await;
    section.add("Two resources have one name and uri", said);

    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let renamed = Configuration::from([("other".to_owned(), webhook())]);
    let said = plan(&mut directory, &renamed).await;
    section.add("A resource is renamed without a moved block", said);

    let portal = Portal::start().await;
    let other = with(&webhook(), json!({"name": "CI EVENTS"}));
    let alike = Configuration::from([("a".to_owned(), webhook()), ("b".to_owned(), other)]);
    // One after the other, because the second one is warned of.
    let mut directory = portal.workspace().with_parallelism(1);
    let said = plan(&mut directory, &alike).await;
    let when = "The names of two resources differ only in case";
    section.add(when, said);

    for (when, name) in [
        ("A webhook has the name without the accent", "cafe"),
        (
            "A webhook has the name with another kind of accent",
            "cafe\u{301}",
        ),
    ] {
        let portal = Portal::start().await;
        portal.emulator.create_webhook(NewWebhook {
            name: name.to_owned(),
            uri: "https://hooks.example.com/docspace".to_owned(),
            ..NewWebhook::default()
        });
        let config = changed(json!({"name": "caf\u{e9}"}));
        let said = plan(&mut portal.workspace(), &config).await;
        section.add(when, said);
    }
}

async fn secrets(section: &mut Section) {
    let mut config = Config::offline();
    config.settings.password_policy.upper_case = true;
    config.settings.password_policy.digits = true;
    config.settings.password_policy.spec_symbols = true;
    let portal = Portal::with(config).await;
    let said = plan(
        &mut portal.workspace(),
        &changed(json!({"secret_key": "weak"})),
    )
    .await;
    section.add("The secret is weaker than the portal's policy", said);

    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    let said = plan(&mut directory, &changed(json!({"secret_key": null}))).await;
    section.add("A configured secret is taken out", said);
}

async fn portals(section: &mut Section) {
    let portal = Portal::of(Profile::V3_0).await;
    let said = plan(&mut portal.workspace(), &changed(json!({}))).await;
    section.add("The portal is too old", said);

    let portal = Portal::of(Profile::V3_0).await;
    let version = json!({"response": {"docSpace": "next"}}).to_string();
    portal.fault(on("GET /version/build").respond(200, &[], &version));
    let said = plan(&mut portal.workspace(), &changed(json!({}))).await;
    section.add("The portal is too old to tell its version", said);

    let portal = Portal::start().await;
    portal.fault(on(CATALOG).respond(403, &[], ""));
    let said = plan(&mut portal.workspace(), &changed(json!({}))).await;
    section.add("The portal refuses one of several questions", said);

    let portal = Portal::start().await;
    portal.fault(on(CATALOG).respond(503, &[], ""));
    let mut directory = portal.workspace().also("max_retries", json!(0));
    let said = plan(&mut directory, &changed(json!({}))).await;
    section.add("The portal is out of order for a moment", said);

    let portal = Portal::start().await;
    portal.fault(on("GET /webhook*").respond(401, &[], ""));
    let mut directory = portal.workspace();
    let said = plan(&mut directory, &changed(json!({}))).await;
    section.add("The portal refuses every request", said);

    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal.fault(on(LIST).times(1).respond(429, &[("Retry-After", "10")], ""));
    let said = plan(&mut directory, &changed(json!({}))).await;
    section.add("A request had to wait for long", said);
}
