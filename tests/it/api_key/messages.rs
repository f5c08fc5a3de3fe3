//! What the provider says of keys.

use docspace_emulator::{Config, Credential, OWNER_ID, Role, User};
use serde_json::{Value, json};

use super::{API_KEY, ON_DELETE, ON_LIST, ON_POST, ON_PUT, changed, directory, key, only, settled};
use crate::commands::{Configuration, Handle, Workspace, one};
use crate::messages::{Section, carry_out, plan, said};
use crate::portal::{Portal, on, with};
use crate::webhook::fault;

const FALSE: &str = r#"{"response":false,"count":1,"status":0,"statusCode":200}"#;

pub async fn section() -> Section {
    let mut section = Section::new("API keys");
    arguments(&mut section).await;
    creating(&mut section).await;
    lost(&mut section).await;
    changing(&mut section).await;
    own_key(&mut section).await;
    its_limits(&mut section).await;
    reading(&mut section).await;
    strangers(&mut section).await;
    importing(&mut section).await;
    reports(&mut section).await;
    ephemeral(&mut section).await;
    section
}

async fn arguments(section: &mut Section) {
    let portal = Portal::start().await;
    for (when, changes) in [
        ("The name is blank", json!({"name": " "})),
        ("The name is too long", json!({"name": "x".repeat(31)})),
        (
            "The set of permissions is empty",
            json!({"permissions": []}),
        ),
        ("A permission is null", json!({"permissions": [null]})),
        (
            "Everything is not alone",
            json!({"permissions": ["*", "files:read"]}),
        ),
        (
            "A permission is misspelled",
            json!({"permissions": ["room:read"]}),
        ),
        (
            "A permission is not one of the portal's",
            json!({"permissions": ["webhooks:write"]}),
        ),
        ("The days are too many", json!({"expires_in_days": 366})),
        (
            "The margin is as long as the life",
            json!({"expires_in_days": 30, "rotate_before_days": 30}),
        ),
    ] {
        let report = directory(&portal).validate(&changed(changes)).await;
        section.add(when, said(report));
    }
    let endless = changed(json!({"rotate_before_days": 7}));
    section.add(
        "A key that never expires is to be replaced before its expiry",
        plan(&mut directory(&portal), &endless).await,
    );
}

async fn apply(
    portal: &Portal,
    configuration: &Configuration,
) -> Vec<crate::host::diagnostics::Diagnostic> {
    let mut directory = directory(portal).also("max_retries", json!(0));
    said(directory.apply(configuration).await)
}

async fn creating(section: &mut Section) {
    let guest = User::new("00000000-0000-0000-0000-000000000009", Role::Guest);
    let config = Config::offline().with_caller(guest, "sk-guest", &[]);
    let portal = Portal::with(config).await;
    let mut directory = Workspace::new(portal.provider_with_key("sk-guest")).of(API_KEY);
    section.add(
        "The key's owner may not make keys",
        said(directory.apply(&one(&key())).await),
    );
    portal.fault(on(ON_POST).times(1).respond(429, &[], ""));
    section.add(
        "The portal allows no more keys for now, and max_retries is 0",
        apply(&portal, &one(&key())).await,
    );
    portal.fault(on(ON_LIST).times(1).respond(503, &[], ""));
    section.add(
        "The list cannot be read before",
        apply(&portal, &one(&key())).await,
    );
    let refusal = json!({"error": {
        "message": "Permissions are not valid.", "type": "System.ArgumentException", "hresult": -1,
    }, "status": 1, "statusCode": 400});
    portal.fault(on(ON_POST).times(1).respond(400, &[], &refusal.to_string()));
    section.add(
        "The portal does not know a permission",
        apply(&portal, &one(&key())).await,
    );
    portal.fault(on(ON_PUT).times(1).respond(403, &[], ""));
    let off = changed(json!({"is_active": false}));
    section.add(
        "A key that is to be off cannot be switched off",
        apply(&portal, &off).await,
    );
    portal.fault(on(ON_PUT).times(1).respond(403, &[], ""));
    portal.fault(on(ON_DELETE).times(1).respond(503, &[], ""));
    section.add("Nor can it be deleted again", apply(&portal, &off).await);
}

async fn lost(section: &mut Section) {
    let portal = Portal::start().await;
    portal.fault(fault("reset after", ON_POST));
    section.add(
        "A key was created, and the answer is lost",
        undated(apply(&portal, &one(&key())).await, &portal),
    );

    let portal = Portal::start().await;
    portal.fault(on(ON_POST).reset());
    section.add(
        "Two requests got no answer, and no key shows up",
        apply(&portal, &one(&key())).await,
    );

    let portal = Portal::start().await;
    portal.fault(fault("reset", ON_POST));
    portal.fault(on(ON_POST).skip(1).respond(403, &[], ""));
    section.add(
        "The answer is lost, and a second request is refused",
        apply(&portal, &one(&key())).await,
    );

    let portal = Portal::start().await;
    portal.fault(fault("reset", ON_POST));
    portal.fault(on(ON_LIST).skip(1).respond(403, &[], ""));
    section.add(
        "The answer is lost, and then the list cannot be read",
        apply(&portal, &one(&key())).await,
    );

    let portal = Portal::start().await;
    let host = directory(&portal).process().await;
    let plan = host.plan_create(API_KEY, key()).await.quiet();
    portal.fault(on(ON_POST).reset());
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        crate::host::process::eventually("the list to be looked at", || {
            let log = portal.emulator.request_log();
            let mut since = log.iter().skip_while(|entry| entry.method != "POST");
            since.any(|entry| entry.method == "GET").then_some(())
        })
        .await;
        host.interrupt().await;
    });
    section.add(
        "The run is interrupted while the key is looked for",
        applied.diagnostics,
    );
    host.stop().await;
}

/// Replaces what differs from run to run.
fn undated(
    said: Vec<crate::host::diagnostics::Diagnostic>,
    portal: &Portal,
) -> Vec<crate::host::diagnostics::Diagnostic> {
    use secrecy::ExposeSecret as _;
    let key = only(portal);
    let value = key.credential.value.expose_secret();
    let postfix = value.get(value.len() - 4..).unwrap_or_default();
    said.into_iter()
        .map(|mut diagnostic| {
            let detail = diagnostic
                .detail
                .replace(&format!("ending in {postfix}"), "ending in 1a2b");
            let (before, rest) = detail.split_once("created on ").unwrap();
            let (_, after) = rest.split_once(')').unwrap();
            diagnostic.detail = format!("{before}created on 2026-11-30T12:00:00Z){after}");
            diagnostic
        })
        .collect()
}

async fn changing(section: &mut Section) {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    directory.set("max_retries", json!(0));
    let renamed = changed(json!({"name": "CD"}));
    for (when, request, status, body) in [
        (
            "The portal did not change a key, and does not say why",
            ON_PUT,
            200,
            FALSE,
        ),
        ("A key cannot be changed", ON_PUT, 403, ""),
        ("The portal fails to change a key", ON_PUT, 500, ""),
        ("A change gets no answer", ON_PUT, 502, ""),
    ] {
        portal.fault(on(request).times(1).respond(status, &[], body));
        section.add(when, said(directory.apply(&renamed).await));
    }
    for (when, status, body) in [
        ("The portal did not delete a key", 200, FALSE),
        ("A deletion gets no answer", 502, ""),
    ] {
        portal.fault(on(ON_DELETE).times(1).respond(status, &[], body));
        section.add(when, said(directory.destroy(&one(&key())).await));
    }

    let planned = directory.plan(&renamed).await;
    portal.emulator.change_api_key(&only(&portal).id, |key| {
        key.expires_at = Some(time_ago());
    });
    section.add(
        "A key has expired since the plan",
        carry_out(&mut directory, planned).await,
    );
    portal
        .emulator
        .change_api_key(&only(&portal).id, |key| key.expires_at = None);

    let planned = directory.plan(&renamed).await;
    portal.emulator.remove_api_key(&only(&portal).id);
    section.add(
        "A key was deleted since the plan",
        carry_out(&mut directory, planned).await,
    );

    section.add("A user changes someone else's key", foreign().await);
}

/// The beginning of time.
fn time_ago() -> time::OffsetDateTime {
    time::OffsetDateTime::UNIX_EPOCH
}

/// A user is shown the key of an administrator, as by a portal whose rules have changed.
async fn foreign() -> Vec<crate::host::diagnostics::Diagnostic> {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let config = Config::offline().with_caller(user, "sk-user", &[]);
    let portal = Portal::with(config).await;
    let mut directory = directory(&portal);
    directory.apply(&one(&key())).await.quiet();
    let planned = directory.plan(&changed(json!({"name": "CD"}))).await;
    let id = portal.emulator.api_keys().pop().unwrap().id;
    let list = json!({"response": [{
        "id": id, "name": "CI", "keyPostfix": "0000", "permissions": ["rooms:read"],
        "createBy": {"id": OWNER_ID}, "isActive": true, "createOn": directory.attribute("created_on"),
    }], "count": 1, "status": 0, "statusCode": 200});
    portal.fault(on(ON_LIST).respond(200, &[], &list.to_string()));
    directory.set("api_key", json!("sk-user"));
    carry_out(&mut directory, planned).await
}

async fn own_key(section: &mut Section) {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let own = portal.emulator.api_keys()[0].clone();
    directory.import(own.id.as_str()).await.quiet();
    let config = json!({"name": own.credential.name, "permissions": ["*"]});
    for (when, changes) in [
        (
            "The provider's own key would be switched off",
            json!({"is_active": false}),
        ),
        ("It would be narrowed", json!({"permissions": ["*:read"]})),
        ("It would be replaced", json!({"rotation": {"now": "yes"}})),
    ] {
        let said = plan(&mut directory, &one(&with(&config, changes))).await;
        section.add(when, said);
    }
    let planned = plan(&mut directory, &Configuration::new()).await;
    section.add("It would be deleted", planned);
    let own_value = json!(portal.emulator.api_key());
    portal.emulator.add_credential(Credential::api_key(
        "sk-another-key-of-this-owner",
        OWNER_ID,
    ));
    directory.set("api_key", json!("sk-another-key-of-this-owner"));
    let planned = directory.plan(&Configuration::new()).await;
    directory.set("api_key", own_value);
    section.add(
        "A plan that was made with another key is applied",
        carry_out(&mut directory, planned).await,
    );
}

async fn its_limits(section: &mut Section) {
    let portal = Portal::start().await;
    let reader = Credential::api_key("sk-reader-0000", OWNER_ID).with_scopes(["*:read"]);
    portal.emulator.add_credential(reader);
    let provider = portal.provider_with_key("sk-reader-0000");
    let mut directory = Workspace::new(provider).of(API_KEY);
    section.add(
        "The provider's key may only read",
        said(directory.apply(&one(&key())).await),
    );
    let own = portal.emulator.api_keys()[0].clone();
    let end = own.created_on + time::Duration::DAY * 2;
    portal
        .emulator
        .change_api_key(&own.id, |key| key.expires_at = Some(end));
    let mut said = apply(&portal, &one(&key())).await;
    for diagnostic in &mut said {
        let (before, rest) = diagnostic.detail.split_once("expires on ").unwrap();
        let (_, after) = rest.split_once(". ").unwrap();
        diagnostic.detail = format!("{before}expires on 2026-12-01T12:00:00Z. {after}");
    }
    section.add("The provider's key expires within two weeks", said);
}

async fn reading(section: &mut Section) {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let config = Config::offline().with_caller(user, "sk-user", &[]);
    let portal = Portal::with(config).await;
    // One after the other, so that the ids are the same each time.
    let directory = directory(&portal).with_parallelism(1);
    let mut directory = directory.also("max_retries", json!(0));
    let two = Configuration::from([
        ("it".to_owned(), key()),
        ("other".to_owned(), with(&key(), json!({"name": "Other"}))),
    ]);
    directory.apply(&two).await.quiet();
    directory.state.remove("other");
    portal.fault(on(ON_LIST).times(1).respond(503, &[], ""));
    section.add("The list cannot be read", said(directory.refresh().await));
    let id = directory.state["it"].value["id"]
        .as_str()
        .unwrap()
        .to_owned();
    directory.set("api_key", json!("sk-user"));
    section.add(
        "A key that only others see is missing",
        said(directory.refresh().await),
    );
    portal.fault(on("GET /api/2.0/people/@self").respond(403, &[], ""));
    section.add(
        "A key is missing, and the caller is not known",
        said(directory.refresh().await),
    );
    portal.emulator.clear_faults();
    directory.set("api_key", json!(portal.emulator.api_key()));
    portal.emulator.remove_api_key(&id);
    let kept = directory.state.clone();
    section.add(
        "The first key of a run that is looked for is gone",
        said(directory.refresh().await),
    );
    let mut both = settled(&portal, &one(&with(&key(), json!({"name": "Third"})))).await;
    let third = both.state["it"].clone();
    both.state = kept;
    both.state.insert("third".to_owned(), third);
    // One at a time, in the order of their names, so that the third is found last; then it is found first.
    let mut both = both.with_parallelism(1);
    let gone = both.state.remove("it").unwrap();
    both.state.insert("zero".to_owned(), gone);
    section.add("A key is gone", said(both.refresh().await));

    let mut directory = settled(&portal, &one(&with(&key(), json!({"name": "Fourth"})))).await;
    directory.state.get_mut("it").unwrap().value["id"] = json!("CI");
    section.add(
        "The stored id is not a GUID",
        said(directory.refresh().await),
    );
}

async fn strangers(section: &mut Section) {
    let home = Portal::start().await;
    let there = Portal::start().await;
    there.emulator.add_credential(Credential {
        name: "Somebody's".to_owned(),
        ..Credential::api_key("sk-stranger", OWNER_ID)
    });
    let mut directory = settled(&home, &one(&key())).await;
    // The dates are of this moment.
    forget(&mut directory, &["on"]);
    directory.set("base_url", json!(there.emulator.base_url()));
    section.add(
        "base_url names a portal with another key of this id",
        said(directory.refresh().await),
    );
    let empty = Portal::start().await;
    directory.set("base_url", json!(empty.emulator.base_url()));
    section.add(
        "base_url names a portal without it",
        said(directory.refresh().await),
    );
    directory.set("base_url", json!(home.emulator.base_url()));
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::Admin);
    home.emulator.put_user(user.clone());
    let id = only(&home).id;
    home.emulator
        .change_api_key(&id, |key| key.user_id = user.id);
    section.add(
        "The key of this id has another owner",
        said(directory.refresh().await),
    );
    home.emulator
        .change_api_key(&id, |key| OWNER_ID.clone_into(&mut key.user_id));
    forget(&mut directory, &["at"]);
    home.emulator
        .change_api_key(&id, |key| "Another".clone_into(&mut key.name));
    section.add(
        "The key of this id has another name, and nothing else is remembered",
        said(directory.refresh().await),
    );
    let mut directory = settled(&there, &one(&key())).await;
    let mut private: Value = serde_json::from_slice(&directory.it().private).unwrap();
    private["on"] = json!(0);
    let state = directory.state.get_mut("it").unwrap();
    state.private = private.to_string().into_bytes();
    let mut said = said(directory.refresh().await);
    for diagnostic in &mut said {
        let (before, rest) = diagnostic.detail.split_once("another time (").unwrap();
        let (_, after) = rest.split_once(')').unwrap();
        diagnostic.detail = format!("{before}another time (2026-11-30T12:00:00Z){after}");
    }
    section.add("The key of this id was created at another time", said);
}

/// Takes something out of what the state remembers.
fn forget(directory: &mut Workspace, names: &[&str]) {
    let state = directory.state.get_mut("it").unwrap();
    let mut private: Value = serde_json::from_slice(&state.private).unwrap();
    for name in names {
        private.as_object_mut().unwrap().remove(*name);
    }
    state.private = private.to_string().into_bytes();
}

async fn importing(section: &mut Section) {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    section.add("An import by a name", said(directory.import("CI").await));
    let identity = Handle::Identity(json!({"id": "17"}));
    section.add(
        "An import by an invalid identity",
        said(directory.import(identity).await),
    );
    let nobodys = "0d3f2f5e-6a41-4c57-9b1a-00000000ffff";
    section.add(
        "An import of a key that does not exist",
        said(directory.import(nobodys).await),
    );
    portal.fault(on(ON_LIST).times(1).respond(403, &[], ""));
    section.add(
        "The list cannot be read for an import",
        said(directory.import(nobodys).await),
    );
    let id = portal.emulator.api_keys()[0].id.clone();
    directory.import(id.as_str()).await.quiet();
    let days = with(&key(), json!({"expires_in_days": 30, "permissions": ["*"]}));
    section.add(
        "An imported key never expires, and days are configured",
        plan(&mut directory, &one(&days)).await,
    );
    let moment = portal.emulator.api_keys()[0].created_on;
    portal.emulator.change_api_key(&id, |key| {
        key.expires_at = Some(moment + std::time::Duration::from_secs(90_000));
    });
    directory.refresh().await.quiet();
    let mut said = plan(&mut directory, &one(&days)).await;
    for diagnostic in &mut said {
        let (before, rest) = diagnostic.detail.split_once("expires on ").unwrap();
        let (_, after) = rest.split_once(',').unwrap();
        diagnostic.detail = format!("{before}expires on 2026-12-01T13:00:00Z,{after}");
    }
    section.add("An imported key expires at another time of day", said);
}

async fn reports(section: &mut Section) {
    let portal = Portal::start().await;
    let host = portal.host().await;
    portal.fault(on(ON_LIST).times(1).respond(503, &[], ""));
    let keys = host.read_data("docspace_api_keys", json!({})).await;
    section.add("The data source cannot read the list", keys.diagnostics);
    let current = "docspace_current_key";
    portal.fault(on(super::ON_OWN).times(1).respond(503, &[], ""));
    let read = host.read_data(current, json!({})).await;
    section.add("The current key cannot be read", read.diagnostics);
    host.stop().await;
    portal.emulator.add_credential(Credential {
        kind: docspace_emulator::CredentialKind::Session,
        ..Credential::api_key("session-token", OWNER_ID)
    });
    let directory = Workspace::new(portal.provider_with_key("session-token"));
    let host = directory.process().await;
    let read = host.read_data(current, json!({})).await;
    section.add("The provider has no API key", read.diagnostics);
    host.stop().await;
}

async fn ephemeral(section: &mut Section) {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let long = json!({"permissions": ["*"], "purpose": "x".repeat(18)});
    section.add(
        "The purpose of an ephemeral key is too long",
        host.open(API_KEY, long).await.diagnostics,
    );
    let config = json!({"permissions": ["*"]});
    let opened = host.open(API_KEY, config).await.quiet();
    portal.fault(on(ON_DELETE).times(1).respond(403, &[], ""));
    section.add(
        "An ephemeral key cannot be deleted",
        host.close(API_KEY, &opened).await.diagnostics,
    );
    host.stop().await;
}
