//! Creation, change and destruction, with their requests.

use docspace_emulator::{Config, Credential, OWNER_ID, Role, User};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{
    API_KEY, DELETE, LIST, OWN, POST, PUT, changed, directory, key, made, only, requests_of_create,
    settled,
};
use crate::commands::{CLIENTS, Configuration, Workspace, one};
use crate::host::core::Action;
use crate::host::value::unknown;
use crate::portal::{Portal, with};

#[tokio::test]
async fn each_step_takes_the_least_that_does_it() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let config = one(&key());
    let planned = directory.plan(&config).await;
    assert_eq!(planned.actions(), [Action::Create]);
    assert_eq!(portal.all_requests(), [""; 0], "there is nothing to ask");
    directory.carry_out(planned).await.quiet();
    assert_eq!(requests_of_create(&portal), [LIST, OWN, POST]);
    let issued = only(&portal);
    let state = &directory.it().value;
    assert_eq!(state["id"], issued.id.as_str());
    assert_eq!(state["key"], issued.credential.value.expose_secret());
    assert_eq!(state["created_by"], OWNER_ID);
    assert_eq!(state["expires_at"], json!(null));
    assert_eq!(state["expires_in_days"], json!(null));
    assert_eq!(state["expired"], false);
    let postfix = state["key_postfix"].as_str().unwrap();
    assert!(state["key"].as_str().unwrap().ends_with(postfix));
    assert_eq!(directory.it().identity, Some(json!({"id": issued.id})));

    let before = directory.it().clone();
    directory.plan(&config).await.empty();
    assert_eq!(portal.all_requests(), [LIST]);
    directory.refresh().await.quiet();
    assert_eq!(portal.all_requests(), [LIST]);
    assert_eq!(directory.it().value, before.value);
    assert_eq!(directory.it().private, before.private);

    let other = changed(json!({"name": "CD", "permissions": ["rooms:read", "files:read"]}));
    let planned = directory.plan(&other).await;
    assert_eq!(planned.actions(), [Action::Update]);
    assert_eq!(portal.all_requests(), [LIST]);
    directory.carry_out(planned).await.quiet();
    assert_eq!(portal.all_requests(), [LIST, OWN, PUT]);
    let issued = only(&portal).credential;
    assert_eq!(issued.name, "CD");
    assert_eq!(issued.scopes, ["files:read", "rooms:read"]);
    directory.plan(&other).await.empty();
    portal.take();

    directory.destroy(&other).await.quiet();
    assert_eq!(portal.all_requests(), [LIST, OWN, LIST, OWN, DELETE]);
    assert!(made(&portal).is_empty() && directory.state.is_empty());
}

#[tokio::test]
async fn every_client_manages_keys() {
    for client in CLIENTS {
        let portal = Portal::start().await;
        let mut directory = directory(&portal).with_client(client);
        for changes in [
            json!({"permissions": ["*"], "expires_in_days": 30}),
            json!({"permissions": ["*:write"], "expires_in_days": 30}),
            json!({"is_active": false, "expires_in_days": 30}),
            json!({"is_active": false, "rotate_before_days": 7, "expires_in_days": 30}),
        ] {
            let config = changed(changes);
            directory.apply(&config).await.quiet();
            directory.plan(&config).await.empty();
        }
        assert!(!only(&portal).credential.active, "{}", client.name);
        directory.destroy(&one(&key())).await.quiet();
        assert!(made(&portal).is_empty());
    }
}

/// IH §3: everything has four spellings, and `*:write` is none of them.
#[tokio::test]
async fn everything_is_everything_however_the_portal_spells_it() {
    let portal = Portal::start().await;
    let everything = changed(json!({"permissions": ["*"]}));
    let mut directory = settled(&portal, &everything).await;
    let id = only(&portal).id;
    // As a create stores it, as an update does, and as others leave it.
    for scopes in [vec![], vec!["*"], vec!["*", "files:read"]] {
        let scopes: Vec<String> = scopes.into_iter().map(str::to_owned).collect();
        portal
            .emulator
            .change_api_key(&id, |key| key.scopes.clone_from(&scopes));
        directory.plan(&everything).await.empty();
    }
    portal
        .emulator
        .change_api_key(&id, |key| key.scopes = vec!["*:write".to_owned()]);
    let planned = directory.plan(&everything).await;
    assert_eq!(planned.actions(), [Action::Update]);
    let prior = planned.only().prior.as_ref().unwrap();
    assert_eq!(prior.value["permissions"], json!(["*:write"]));
    directory.carry_out(planned).await.quiet();
    assert_eq!(only(&portal).credential.scopes, ["*"]);
    directory.plan(&everything).await.empty();
}

#[tokio::test]
async fn drift_is_shown_and_mended_in_place() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    let id = only(&portal).id;
    portal.emulator.change_api_key(&id, |key| {
        key.name = "Somebody's".to_owned();
        key.active = false;
        key.scopes.clear();
    });
    let planned = directory.plan(&one(&key())).await;
    let prior = &planned.only().prior.as_ref().unwrap().value;
    assert_eq!(prior["name"], "Somebody's");
    assert_eq!(prior["permissions"], json!(["*"]));
    assert_eq!(prior["is_active"], false, "a row without isActive is off");
    assert_eq!(planned.actions(), [Action::Update]);
    portal.take();
    directory.carry_out(planned).await.quiet();
    // It is narrowed, so it is made sure that it is not the provider's own.
    assert_eq!(portal.all_requests(), [OWN, LIST, PUT]);
    let now = only(&portal).credential;
    assert_eq!((now.name.as_str(), now.active), ("CI", true));
    assert_eq!(now.scopes, ["rooms:read"]);
}

/// What a plan does not change is not sent, so a change that came since the plan stays until a plan shows it.
#[tokio::test]
async fn an_update_sends_only_what_it_changes() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    let id = only(&portal).id;
    let planned = directory.plan(&changed(json!({"name": "CD"}))).await;
    portal
        .emulator
        .change_api_key(&id, |key| key.scopes = vec!["files:read".to_owned()]);
    directory.carry_out(planned).await.quiet();
    let now = only(&portal).credential;
    assert_eq!(now.name, "CD");
    assert_eq!(now.scopes, ["files:read"]);
}

/// A POST cannot ask for it, so a second request follows in the same apply.
#[tokio::test]
async fn a_key_that_shall_be_off_is_off_after_one_apply() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let off = changed(json!({"is_active": false}));
    directory.apply(&off).await.quiet();
    assert_eq!(requests_of_create(&portal), [LIST, OWN, POST, PUT]);
    assert!(!only(&portal).credential.active);
    directory.plan(&off).await.empty();
}

#[tokio::test]
async fn a_key_that_cannot_be_switched_off_is_not_left_behind() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal).also("max_retries", json!(0));
    portal.fault(
        crate::portal::on(super::ON_PUT)
            .times(1)
            .respond(403, &[], ""),
    );
    let off = changed(json!({"is_active": false}));
    let report = directory.apply(&off).await;
    let error = report.error("Could not update the API key");
    assert!(error.detail.contains("deleted again"), "{error:?}");
    assert!(made(&portal).is_empty() && directory.state.is_empty());
    directory.apply(&off).await.quiet();
    assert!(!only(&portal).credential.active);
}

#[tokio::test]
async fn what_is_known_only_at_apply_is_planned_as_unknown() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let config = json!({"name": unknown(), "permissions": unknown(), "expires_in_days": unknown()});
    let plan = host.plan_create(API_KEY, config).await.quiet();
    for name in ["name", "permissions", "expires_in_days", "expires_at"] {
        assert_eq!(plan.planned[name], unknown(), "{name}");
    }
    let known = with(&key(), json!({"expires_in_days": 30}));
    let state = host.apply_with(&plan, known).await.quiet().unwrap();
    assert!(state.value["expires_at"].is_string());
    host.stop().await;
}

#[tokio::test]
async fn a_key_that_somebody_deleted_is_made_again() {
    let portal = Portal::start().await;
    let two = Configuration::from([
        ("it".to_owned(), key()),
        ("other".to_owned(), with(&key(), json!({"name": "Other"}))),
    ]);
    let mut directory = settled(&portal, &two).await;
    let id = directory.state["it"].value["id"]
        .as_str()
        .unwrap()
        .to_owned();
    portal.emulator.remove_api_key(&id);
    let planned = directory.plan(&two).await;
    assert!(planned.actions().contains(&Action::Create));
    let looked_for_twice = ["2 GET /keys", "1 GET /people/@self"];
    assert_eq!(portal.counts(), looked_for_twice);
    directory.carry_out(planned).await.ok();
    assert_eq!(made(&portal).len(), 2);
    directory.plan(&two).await.empty();
}

/// The first question of a run that finds nothing is whether it is the right portal.
#[tokio::test]
async fn a_run_that_finds_no_key_asks_for_the_portal() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    portal.emulator.remove_api_key(&only(&portal).id);
    let report = directory.refresh().await;
    report.warning("An API key is missing: does base_url name the right portal?");
    assert!(directory.state.is_empty());
}

/// Others see their own keys only, so that an absence means nothing to them.
#[tokio::test]
async fn who_sees_only_keys_of_their_own_takes_nothing_for_gone() {
    let user = User::new("00000000-0000-0000-0000-000000000007", Role::User);
    let config = Config::offline().with_caller(user.clone(), "sk-user", &[]);
    let portal = Portal::with(config).await;
    let mut directory = settled(&portal, &one(&key())).await;
    directory.set("api_key", json!("sk-user"));
    let report = directory.refresh().await;
    report.error("Key \"CI\" is not visible");
    let report = directory.destroy(&one(&key())).await;
    assert!(report.has_errors());
    assert_eq!(directory.state.len(), 1);

    let mut own = Workspace::new(portal.provider_with_key("sk-user")).of(API_KEY);
    own.apply(&one(&key())).await.quiet();
    assert_eq!(own.attribute("created_by"), user.id.as_str());
    own.plan(&one(&key())).await.empty();
    own.destroy(&one(&key())).await.quiet();
}

#[tokio::test]
async fn who_may_not_make_keys_is_told_so() {
    let guest = User::new("00000000-0000-0000-0000-000000000009", Role::Guest);
    let config = Config::offline().with_caller(guest, "sk-guest", &[]);
    let portal = Portal::with(config).await;
    let mut directory = Workspace::new(portal.provider_with_key("sk-guest")).of(API_KEY);
    let report = directory.apply(&one(&key())).await;
    let error = report.error("Could not create the API key: access refused (403)");
    assert!(
        error.detail.contains("Guests may not create API keys"),
        "{error:?}"
    );
}

fn hundred() -> Configuration {
    (0..100)
        .map(|n| {
            let named = json!({"name": format!("Key {n:03}"), "expires_in_days": 30});
            (format!("it{n:03}"), with(&key(), named))
        })
        .collect()
}

#[tokio::test]
async fn a_hundred_keys_cost_one_list() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    let many = hundred();
    directory.apply(&many).await.quiet();
    assert_eq!(
        portal.counts(),
        ["1 GET /keys", "1 GET /keys/@self", "100 POST /keys"]
    );
    directory.plan(&many).await.empty();
    assert_eq!(portal.counts(), ["1 GET /keys"]);
    let renamed: Configuration = many
        .iter()
        .map(|(address, config)| {
            let name = format!("{}*", config["name"].as_str().unwrap());
            (address.clone(), with(config, json!({"name": name})))
        })
        .collect();
    let planned = directory.plan(&renamed).await;
    assert_eq!(portal.counts(), ["1 GET /keys"]);
    directory.carry_out(planned).await.quiet();
    let counts = portal.counts();
    assert_eq!(
        counts,
        ["1 GET /keys", "1 GET /keys/@self", "100 PUT /keys/{guid}"]
    );
    directory.destroy(&renamed).await.quiet();
    let counts = portal.counts();
    assert_eq!(
        counts,
        [
            "100 DELETE /keys/{guid}",
            "2 GET /keys",
            "2 GET /keys/@self"
        ]
    );
    assert!(made(&portal).is_empty());
}

/// The time of a portal's dates is cut, rounded or kept by its database; a key stays the same key.
#[tokio::test]
async fn the_precision_of_dates_is_no_change() {
    use docspace_emulator::Database;
    for database in [Database::MariaDb, Database::MySql, Database::PostgreSql] {
        let portal = Portal::start().await;
        portal.emulator.change_settings(|settings| {
            settings.database = database;
            settings.portal_utc_offset_minutes = 120;
        });
        let config = changed(json!({"expires_in_days": 90}));
        let mut directory = settled(&portal, &config).await;
        let before = directory.it().value.clone();
        directory.refresh().await.quiet();
        assert_eq!(directory.it().value, before, "{database:?}");
        portal
            .emulator
            .change_settings(|settings| settings.portal_utc_offset_minutes = -720);
        directory.plan(&config).await.empty();
        directory.refresh().await.quiet();
        assert_eq!(directory.it().value, before, "{database:?}");
    }
}

/// The list that an apply is checked against is the one of its beginning, also for a key that came since.
#[tokio::test]
async fn a_replacement_deletes_the_old_key_and_keeps_the_new_one() {
    let portal = Portal::start().await;
    let first = changed(json!({"rotation": {"quarter": "1"}}));
    let mut directory = settled(&portal, &first).await;
    let old = only(&portal).id;
    let next = changed(json!({"rotation": {"quarter": "2"}}));
    let planned = directory.plan(&next).await;
    assert_eq!(planned.actions(), [Action::Replace]);
    assert_eq!(planned.only().replacements, ["rotation"]);
    directory.carry_out(planned).await.quiet();
    assert_ne!(only(&portal).id, old);
    directory.plan(&next).await.empty();
    let removed = directory.plan(&one(&key())).await;
    assert_eq!(removed.actions(), [Action::Replace]);
}

/// A credential of another kind has no row of its own to protect.
#[tokio::test]
async fn a_session_manages_keys_too() {
    let portal = Portal::start().await;
    portal.emulator.add_credential(Credential {
        kind: docspace_emulator::CredentialKind::Session,
        ..Credential::api_key("session-token", OWNER_ID)
    });
    let mut directory = Workspace::new(portal.provider_with_key("session-token")).of(API_KEY);
    directory.apply(&one(&key())).await.quiet();
    directory.destroy(&one(&key())).await.quiet();
    assert!(made(&portal).is_empty());
}
