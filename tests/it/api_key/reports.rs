//! What the data sources and the list resource tell of keys.

use docspace_emulator::{Config, Credential, OWNER_ID, Profile, Role, User};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{API_KEY, LIST, ON_LIST, ON_OWN, OWN, made};
use crate::host::Host;
use crate::host::verbs::Query;
use crate::portal::{Portal, on};

const KEYS: &str = "docspace_api_keys";
const CURRENT: &str = "docspace_current_key";
const PERSON: &str = "GET /people/@self";
const USER: &str = "00000000-0000-0000-0000-000000000007";

/// A portal with three keys of the owner and one of a user, beside the first one.
async fn several() -> Portal {
    let config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    let portal = Portal::with(config).await;
    let named = |name: &str| Credential {
        name: name.to_owned(),
        ..Credential::api_key(format!("sk-{name}"), OWNER_ID)
    };
    portal.emulator.add_credential(Credential {
        active: false,
        ..named("CI off")
    });
    portal.emulator.add_credential(Credential {
        expires_at: Some(OffsetDateTime::UNIX_EPOCH),
        ..named("CI over")
    });
    portal
        .emulator
        .add_credential(named("CI rooms").with_scopes(["rooms:read"]));
    portal
}

fn names(read: &Value) -> Vec<&str> {
    let keys = read["keys"].as_array().unwrap().iter();
    keys.map(|key| key["name"].as_str().unwrap()).collect()
}

/// Reads with another key.
async fn host_with(portal: &Portal, key: &str) -> Host {
    let host = Host::start().await;
    let provider = portal.provider_with_key(key);
    host.configure(provider).await.quiet();
    host
}

#[tokio::test]
async fn every_filter_must_hold_and_the_newest_come_first() {
    let portal = several().await;
    let host = portal.host().await;
    let all = [
        "CI rooms",
        "CI over",
        "CI off",
        "Emulator key",
        "Emulator key",
    ];
    for (config, expected) in [
        (json!({}), &all[..]),
        (
            json!({"is_active": true}),
            &["CI rooms", "Emulator key", "Emulator key"],
        ),
        (json!({"is_active": false}), &["CI over", "CI off"]),
        (json!({"expired": true}), &["CI over"]),
        (
            json!({"expired": false, "name_prefix": "CI"}),
            &["CI rooms", "CI off"],
        ),
        (json!({"name_prefix": "ci"}), &[]),
        (json!({ "created_by": USER }), &["Emulator key"]),
    ] {
        let read = host.read_data(KEYS, config.clone()).await.quiet();
        assert_eq!(names(&read).len(), expected.len(), "{config}");
        for name in expected {
            assert!(names(&read).contains(name), "{config}");
        }
    }
    let nobody = host.read_data(KEYS, json!({"created_by": "me"})).await;
    assert_eq!(nobody.refused_at("created_by").summary, "Invalid GUID");
    assert_eq!(portal.all_requests(), [LIST], "one list serves all");
    host.stop().await;

    let own = host_with(&portal, "sk-user").await;
    let read = own.read_data(KEYS, json!({})).await.quiet();
    assert_eq!(read["keys"].as_array().unwrap().len(), 1);
    assert_eq!(read["keys"][0]["created_by"], USER);
    own.stop().await;
}

#[tokio::test]
async fn a_key_is_told_in_full_but_for_itself() {
    let portal = several().await;
    let host = portal.host().await;
    let read = host
        .read_data(KEYS, json!({"name_prefix": "CI over"}))
        .await
        .quiet();
    let key = &read["keys"][0];
    assert_eq!(key["permissions"], json!(["*"]));
    assert_eq!(key["expires_at"], "1970-01-01T00:00:00Z");
    assert_eq!(key["expired"], true);
    assert_eq!(key["is_active"], false);
    assert_eq!(key["key_postfix"], "over");
    assert_eq!(key.get("key"), None);
    host.stop().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_an_error() {
    let portal = several().await;
    let host = portal.host().await;
    portal.fault(on(ON_LIST).times(2).respond(503, &[], ""));
    let errors = host.read_data(KEYS, json!({})).await.refused();
    assert!(errors[0].summary.starts_with("Could not list the API keys"));
    let errors = host.list(API_KEY, &Query::default()).await.refused();
    assert!(errors[0].summary.starts_with("Could not list the API keys"));
    host.stop().await;
}

#[tokio::test]
async fn the_current_key_says_who_may_do_what_and_until_when() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let own = portal.emulator.api_keys()[0].clone();
    let read = host.read_data(CURRENT, json!({})).await.quiet();
    assert_eq!(read["id"], own.id.as_str());
    assert_eq!(read["permissions"], json!(["*"]));
    assert_eq!(read["can_write"], true);
    assert_eq!(read["expires_at"], Value::Null);
    assert_eq!(read["user_id"], OWNER_ID);
    assert_eq!(read["role"], "owner");
    assert_eq!(read["display_name"], "Jane Admin");
    assert_eq!(portal.all_requests(), [OWN, PERSON]);
    host.stop().await;
}

#[tokio::test]
async fn a_narrow_key_tells_what_it_may() {
    let end = OffsetDateTime::UNIX_EPOCH + time::Duration::days(365 * 100);
    for (scopes, role, can_write) in [
        (vec!["rooms:read"], Value::Null, false),
        (vec!["accounts.self:read"], json!("owner"), false),
        (vec!["*:read"], json!("owner"), false),
        (vec!["*:write"], json!("owner"), true),
    ] {
        let portal = Portal::start().await;
        portal.emulator.add_credential(Credential {
            expires_at: Some(end),
            ..Credential::api_key("sk-narrow", OWNER_ID).with_scopes(scopes.clone())
        });
        let host = host_with(&portal, "sk-narrow").await;
        let read = host.read_data(CURRENT, json!({})).await.quiet();
        assert_eq!(read["permissions"], json!(scopes));
        assert_eq!(read["role"], role, "{scopes:?}");
        assert_eq!(read["can_write"], can_write, "{scopes:?}");
        assert_eq!(read["user_id"], OWNER_ID);
        assert!(read["expires_at"].is_string());
        host.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_key_cannot_be_told() {
    let portal = Portal::start().await;
    portal.emulator.add_credential(Credential {
        kind: docspace_emulator::CredentialKind::Session,
        ..Credential::api_key("session-token", OWNER_ID)
    });
    let old = Portal::of(Profile::V3_1).await;
    let session = host_with(&portal, "session-token").await;
    let early = old.host().await;
    for host in [session, early] {
        let errors = host.read_data(CURRENT, json!({})).await.refused();
        assert_eq!(errors[0].summary, "The provider runs without an API key");
        host.stop().await;
    }
    let host = portal.host().await;
    portal.fault(on(ON_OWN).times(1).respond(503, &[], ""));
    let errors = host.read_data(CURRENT, json!({})).await.refused();
    assert!(
        errors[0]
            .summary
            .starts_with("Could not read the current API key")
    );
    host.stop().await;
}

#[tokio::test]
async fn keys_are_found_with_the_names_that_people_know() {
    let portal = several().await;
    let host = portal.host().await;
    let query = Query {
        filters: json!({"name_prefix": "CI ", "expired": false}),
        ..Query::default()
    };
    let found = host.list(API_KEY, &query).await.quiet();
    let mut names: Vec<&str> = found.iter().map(|key| key.display_name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["CI off ( off)", "CI rooms (ooms)"]);
    for key in &found {
        let id = key.identity["id"].as_str().unwrap();
        assert!(made(&portal).iter().any(|made| made.id == id));
    }
    host.stop().await;
}
