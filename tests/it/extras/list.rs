use docspace_emulator::{
    Config, FaultAction, FaultStatus, FaultTruncation, NewWebhook, Profile, Role, User, Webhook,
};
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, on, webhook};
use crate::host::Host;
use crate::host::diagnostics::Answer;
use crate::host::value::{Type, unknown};
use crate::host::verbs::{Found, Query};

const LIST: &str = "GET /webhook";
const USER: &str = "11111111-1111-4111-8111-111111111111";

fn whole(filters: Value) -> Query {
    Query {
        filters,
        ..Query::default()
    }
}

async fn find(host: &Host, filters: Value) -> Answer<Vec<Found>> {
    host.list(WEBHOOK, &whole(filters)).await
}

/// The display names of what these filters find.
async fn names(host: &Host, filters: Value) -> Vec<String> {
    let found = find(host, filters).await.quiet();
    found.into_iter().map(|found| found.display_name).collect()
}

fn add(portal: &Portal, name: &str, change: impl FnOnce(&mut NewWebhook)) -> Webhook {
    let mut webhook = NewWebhook {
        name: name.to_owned(),
        uri: format!("https://hooks.example.com/{name}"),
        triggers: 256,
        ..NewWebhook::default()
    };
    change(&mut webhook);
    portal.emulator.create_webhook(webhook)
}

#[tokio::test]
async fn everything_is_found_with_the_names_that_people_know() {
    let portal = Portal::start().await;
    portal.add(&["one", "two"]);
    let host = portal.host().await;
    let found = find(&host, Value::Null).await.quiet();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].identity, json!({"id": "1"}));
    assert_eq!(found[0].display_name, "one (https://hooks.example.com/one)");
    assert_eq!(portal.requests(), [LIST]);
    host.stop().await;
}

/// Whoever may make webhooks on the portal chooses their names.
#[tokio::test]
async fn a_name_that_a_terminal_would_obey_is_shown_without_its_commands() {
    let portal = Portal::start().await;
    let name = "\u{1b}[31mred\u{202e}";
    portal.emulator.create_webhook(NewWebhook {
        name: name.to_owned(),
        uri: "https://hooks.example.com/red".to_owned(),
        ..NewWebhook::default()
    });
    let host = portal.host().await;
    let found = find(&host, Value::Null).await.quiet();
    assert_eq!(
        found[0].display_name,
        "\u{fffd}[31mred\u{fffd} (https://hooks.example.com/red)"
    );
    assert_eq!(found[0].object.as_ref().unwrap()["name"], name);
    host.stop().await;
}

#[tokio::test]
async fn an_object_is_what_importing_it_gives() {
    let portal = Portal::start().await;
    add(&portal, "everything", |new| {
        new.enabled = false;
        new.ssl = false;
        new.target_id = Some("98765".to_owned());
        // Two known triggers and a bit that this build has no name for.
        new.triggers = 384 + (1 << 50);
    });
    add(&portal, "all", |new| new.triggers = 0);
    let host = portal.host().await;
    for found in find(&host, Value::Null).await.quiet() {
        let imported = host.import_by_identity(WEBHOOK, &found.identity).await;
        let imported = imported.quiet();
        assert_eq!(Some(imported.value), found.object);
    }
    let everything = find(&host, json!({"name_prefix": "every"})).await.quiet();
    assert_eq!(
        everything[0].object,
        Some(json!({
            "id": "1",
            "name": "everything",
            "uri": "https://hooks.example.com/everything",
            "triggers": ["1125899906842624", "FileCreated", "FileUploaded"],
            "enabled": false,
            "ssl": false,
            "secret_key": null,
            "secret_key_wo": null,
            "secret_key_wo_version": null,
            "target_id": "98765",
        }))
    );
    host.stop().await;
}

#[tokio::test]
async fn identities_alone_are_found_without_objects() {
    let portal = Portal::start().await;
    portal.add(&["one", "two"]);
    let host = portal.host().await;
    let query = Query {
        whole: false,
        ..Query::default()
    };
    let found = host.list(WEBHOOK, &query).await.quiet();
    let ids: Vec<_> = found.iter().map(|found| &found.identity["id"]).collect();
    assert_eq!(ids, ["1", "2"]);
    assert!(found.iter().all(|found| found.object.is_none()));
    host.stop().await;
}

#[tokio::test]
async fn every_filter_that_is_set_must_match() {
    let portal = Portal::start().await;
    add(&portal, "ci-uploads", |_| {});
    add(&portal, "ci-off", |new| new.enabled = false);
    add(&portal, "ci-all", |new| new.triggers = 0);
    add(&portal, "room", |new| {
        new.triggers = 1 << 22;
        new.uri = "http://rooms.example.com/".to_owned();
    });
    let host = portal.host().await;
    let short = |names: Vec<String>| -> Vec<String> {
        let word = |name: String| name.split(' ').next().unwrap().to_owned();
        names.into_iter().map(word).collect()
    };
    for (filters, expected) in [
        (json!({}), vec!["ci-uploads", "ci-off", "ci-all", "room"]),
        (
            json!({"enabled": true}),
            vec!["ci-uploads", "ci-all", "room"],
        ),
        (json!({"enabled": false}), vec!["ci-off"]),
        (
            json!({"name_prefix": "ci-"}),
            vec!["ci-uploads", "ci-off", "ci-all"],
        ),
        (json!({"name_prefix": "CI-"}), vec![]),
        (json!({"name_prefix": "i-"}), vec![]),
        (json!({"uri_prefix": "http://"}), vec!["room"]),
        (
            json!({"trigger": "FileUploaded"}),
            vec!["ci-uploads", "ci-off", "ci-all"],
        ),
        (
            json!({"trigger": "256"}),
            vec!["ci-uploads", "ci-off", "ci-all"],
        ),
        (json!({"trigger": "RoomCreated"}), vec!["ci-all", "room"]),
        (json!({"trigger": "All"}), vec!["ci-all"]),
        (
            json!({"trigger": "FileUploaded", "enabled": true, "name_prefix": "ci-u"}),
            vec!["ci-uploads"],
        ),
        (json!({"enabled": false, "trigger": "RoomCreated"}), vec![]),
    ] {
        let found = short(names(&host, filters.clone()).await);
        assert_eq!(found, expected, "{filters}");
    }
    assert!(portal.requests().iter().all(|request| request == LIST));
    host.stop().await;
}

#[tokio::test]
async fn the_filters_are_these_and_none_is_required() {
    let host = Host::start().await;
    let schemas = host.schemas().await;
    let filters = &schemas.list_resources[WEBHOOK].attributes;
    let shapes: Vec<_> = filters
        .iter()
        .map(|(name, it)| (name.as_str(), it.ty()))
        .collect();
    assert_eq!(
        shapes,
        [
            ("enabled", Type::Bool),
            ("name_prefix", Type::String),
            ("trigger", Type::String),
            ("uri_prefix", Type::String),
        ]
    );
    for (name, filter) in filters {
        assert!(
            filter.optional && !filter.computed && !filter.sensitive,
            "{name}"
        );
        assert!(!filter.description.is_empty(), "{name}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused_where_it_stands() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    for (trigger, advice) in [
        ("FileUplaoded", "Did you mean \"FileUploaded\"?"),
        ("not a trigger", "Expected \"All\", the name of a trigger"),
        ("384", "Expected \"All\", the name of a trigger"),
        ("", "Expected \"All\", the name of a trigger"),
    ] {
        let error = find(&host, json!({ "trigger": trigger })).await;
        let error = error.refused_at("trigger");
        assert_eq!(error.summary, "Unknown trigger");
        assert!(error.detail.contains(advice), "{error:?}");
    }
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

#[tokio::test]
async fn a_trigger_that_only_the_portal_knows_is_looked_up() {
    let portal = Portal::start().await;
    add(&portal, "future", |new| new.triggers = 1 << 50);
    portal.add(&["other"]);
    let catalog = json!({"response": [{"name": "meeting.held", "id": 1_i64 << 50}]});
    portal.fault(on("GET /webhook/triggers").respond(200, &[], &catalog.to_string()));
    let host = portal.host().await;
    let found = names(&host, json!({"trigger": "MeetingHeld"})).await;
    assert_eq!(found, ["future (https://hooks.example.com/future)"]);
    assert_eq!(portal.requests(), ["GET /webhook/triggers", LIST]);
    let unknown = find(&host, json!({"trigger": "MeetingCalledOff"})).await;
    let error = unknown.refused_at("trigger");
    assert!(
        error
            .detail
            .contains("Neither this provider nor the portal knows"),
        "{error:?}"
    );
    host.stop().await;
}

#[tokio::test]
async fn filters_may_be_unknown_while_they_are_checked() {
    let host = Host::start().await;
    let unknowns = json!({
        "enabled": unknown(), "name_prefix": unknown(), "uri_prefix": unknown(), "trigger": unknown(),
    });
    host.validate_list(WEBHOOK, &unknowns).await.quiet();
    host.stop().await;
}

#[tokio::test]
async fn the_order_is_the_portals() {
    let portal = Portal::start().await;
    let item = |id: u32| {
        json!({"configs": {
            "id": id, "name": format!("n{id}"), "uri": "https://a.example.com", "enabled": true,
            "ssl": true, "triggers": 0,
        }, "status": 0})
    };
    let list = json!({"response": [item(100), item(9), item(11)]});
    portal.fault(on(LIST).respond(200, &[], &list.to_string()));
    let host = portal.host().await;
    let found = find(&host, Value::Null).await.quiet();
    let ids: Vec<_> = found.iter().map(|found| &found.identity["id"]).collect();
    // Nothing is held back to be sorted.
    assert_eq!(ids, ["100", "9", "11"]);
    host.stop().await;
}

#[tokio::test]
async fn no_more_are_found_than_wanted() {
    let portal = Portal::start().await;
    portal.add(&["a1", "b1", "a2", "b2", "a3", "b3", "a4"]);
    let host = portal.host().await;
    for (limit, expected) in [
        (1, vec!["1"]),
        (3, vec!["1", "3", "5"]),
        (4, vec!["1", "3", "5", "7"]),
        (5, vec!["1", "3", "5", "7"]),
    ] {
        let query = Query {
            limit,
            ..whole(json!({"name_prefix": "a"}))
        };
        let found = host.list(WEBHOOK, &query).await.quiet();
        let ids: Vec<_> = found.iter().map(|found| &found.identity["id"]).collect();
        assert_eq!(ids, expected, "limit {limit}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_thousand_webhooks_are_one_request() {
    let portal = Portal::start().await;
    for number in 0..1000 {
        add(&portal, &format!("n{number}"), |_| {});
    }
    let host = portal.host().await;
    let query = Query {
        limit: 5000,
        ..Query::default()
    };
    let found = host.list(WEBHOOK, &query).await.quiet();
    assert_eq!(found.len(), 1000);
    assert!(found.iter().all(|found| found.object.is_some()));
    // Reading and importing them all in the same process costs nothing more.
    for found in found.iter().take(5) {
        host.import_by_identity(WEBHOOK, &found.identity)
            .await
            .quiet();
    }
    assert_eq!(portal.requests(), [LIST]);
    host.stop().await;
}

#[tokio::test]
async fn a_reader_that_has_enough_ends_the_search() {
    let portal = Portal::start().await;
    for number in 0..1000 {
        add(&portal, &format!("n{number}"), |_| {});
    }
    let host = portal.host().await;
    let query = Query {
        limit: 5000,
        ..Query::default()
    };
    for _ in 0..3 {
        let mut listing = host.start_list(WEBHOOK, &query).await;
        let first = listing.next().await.unwrap().unwrap();
        assert_eq!(first.identity["id"], "1");
        drop(listing);
    }
    // A search that still waited for its reader would keep the process from ending in time.
    host.stop().await;
}

#[tokio::test]
async fn a_reader_that_never_reads_does_not_keep_others_waiting() {
    let portal = Portal::start().await;
    for number in 0..200 {
        add(&portal, &format!("n{number}"), |_| {});
    }
    let host = portal.host().await;
    let query = Query {
        limit: 200,
        ..Query::default()
    };
    let idle = host.start_list(WEBHOOK, &query).await;
    assert_eq!(host.list(WEBHOOK, &query).await.quiet().len(), 200);
    let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
    host.apply(&plan).await.quiet();
    drop(idle);
    host.stop().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_an_error_and_no_empty_result() {
    let portal = Portal::start().await;
    portal.add(&["one", "two"]);
    let truncated = FaultAction::Truncate(FaultTruncation {
        keep_bytes: Some(20),
    });
    let broken = r#"{"response":[{"configs":{"id":1,"name":"n","uri":"u","enabled":true,"ssl":true,"triggers":0}},
        {"configs":{"name":"an item without an id"}}]}"#;
    for (what, action, words) in [
        (
            "500",
            FaultAction::Html(FaultStatus { status: Some(500) }),
            "500",
        ),
        (
            "truncated",
            truncated,
            "broke before its answer was complete",
        ),
        (
            "a web page",
            FaultAction::Html(FaultStatus { status: Some(200) }),
            "web page",
        ),
        (
            "reset",
            FaultAction::Reset,
            "broke before its answer was complete",
        ),
    ] {
        let host = portal.host().await;
        let id = portal.fault(on(LIST).action(action));
        let answer = find(&host, Value::Null).await;
        assert_eq!(answer.result, Some(Vec::new()), "{what}");
        let error = answer.refused_at("");
        assert!(error.is_titled("Could not list the webhooks"), "{what}");
        assert!(error.detail.contains(words), "{what}: {error:?}");
        assert_eq!(portal.emulator.fault_hits(id), 1, "{what}");
        portal.emulator.clear_faults();
        // The failure is not remembered.
        assert_eq!(find(&host, Value::Null).await.quiet().len(), 2, "{what}");
        host.stop().await;
    }
    let host = portal.host().await;
    portal.fault(on(LIST).respond(200, &[], broken));
    let answer = find(&host, Value::Null).await;
    // What is left out of a list would look deleted: a list with a broken item is an error.
    let found = answer.result.as_ref().unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].identity, json!({"id": "1"}));
    let error = answer.refused_at("");
    assert!(error.detail.contains("response[1].configs"), "{error:?}");
    host.stop().await;
}

#[tokio::test]
async fn a_key_sees_what_its_owner_sees() {
    let config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    let portal = Portal::with(config).await;
    portal.add(&["somebody-elses"]);
    add(&portal, "own", |new| new.created_by = USER.to_owned());
    let host = Host::start().await;
    let configured = host.configure(portal.provider_with_key("sk-user")).await;
    configured.quiet();
    let found = names(&host, Value::Null).await;
    assert_eq!(found, ["own (https://hooks.example.com/own)"]);
    host.stop().await;
}

#[tokio::test]
async fn a_portal_too_old_to_have_triggers_is_named() {
    let mut config = Config::offline();
    config.settings.profile = Profile::V3_0;
    let portal = Portal::with(config).await;
    portal.add(&["one"]);
    let host = portal.host().await;
    let error = find(&host, Value::Null).await.refused_at("");
    assert_eq!(error.summary, "DocSpace 3.1 or later is required");
    host.stop().await;
}

#[tokio::test]
async fn a_portal_that_is_not_known_yet_cannot_be_searched() {
    let host = Host::start().await;
    let provider = json!({"base_url": unknown(), "api_key": "k"});
    host.configure(provider).await.quiet();
    let error = find(&host, Value::Null).await.refused_at("");
    assert_eq!(error.summary, "Provider configuration is not known yet");
    assert!(error.detail.contains("base_url"));
    host.stop().await;
}
