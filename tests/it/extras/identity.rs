use docspace_emulator::WebhookPatch;
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, on, webhook, with};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::value::Type;
use crate::host::verbs::State;
use crate::host::wire::tfplugin6 as wire;

fn identity(id: &str) -> Value {
    json!({ "id": id })
}

/// Plans and applies one configuration.
async fn bring(host: &Host, prior: Option<&State>, config: &Value) -> State {
    let plan = host.plan(WEBHOOK, prior, config.clone()).await.ok();
    host.apply(&plan).await.ok().unwrap()
}

#[tokio::test]
async fn the_identity_is_the_id_and_its_schema_is_the_first() {
    let host = Host::start().await;
    let request = wire::get_resource_identity_schemas::Request {};
    let answer = host.provider().get_resource_identity_schemas(request).await;
    let mut schemas = answer.unwrap().into_inner().identity_schemas;
    let schema = schemas.remove(WEBHOOK).unwrap();
    // Objects without a stored identity count as version 0: a later one would have to upgrade them.
    assert_eq!(schema.version, 0);
    let [id] = schema.identity_attributes.as_slice() else {
        panic!("one attribute, not {schema:?}");
    };
    assert_eq!((id.name.as_str(), &*id.r#type), ("id", &b"\"string\""[..]));
    assert!(id.required_for_import && !id.optional_for_import);
    assert!(!id.description.is_empty());
    for other in [
        "docspace_api_key",
        "docspace_developer_tools",
        "docspace_embedding",
    ] {
        assert!(schemas.remove(other).is_some());
    }
    assert!(schemas.is_empty(), "{schemas:?}");
    let webhook = &host.schemas().await.resources[WEBHOOK];
    assert_eq!(webhook.object.attributes["id"].ty(), Type::String);
    host.stop().await;
}

#[tokio::test]
async fn every_step_of_a_life_answers_with_the_identity() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
    assert_eq!(plan.identity, None, "nobody knows it before");
    let created = host.apply(&plan).await.quiet().unwrap();
    assert_eq!(created.identity, Some(identity("1")));

    let read = host.read(&created).await.quiet().unwrap();
    assert_eq!(read.identity, created.identity);

    let change = with(&webhook(), json!({"name": "Other"}));
    let plan = host.plan(WEBHOOK, Some(&read), change).await.quiet();
    assert_eq!(
        (plan.action, &plan.identity),
        (Action::Update, &created.identity)
    );
    let updated = host.apply(&plan).await.quiet().unwrap();
    assert_eq!(updated.identity, created.identity);
    host.stop().await;
}

#[tokio::test]
async fn a_change_that_fails_keeps_the_identity() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let state = bring(&host, None, &webhook()).await;
    let refused = portal.fault(on("PUT /webhook").respond(400, &[], "{}"));
    let change = with(&webhook(), json!({"name": "Other"}));
    let plan = host.plan(WEBHOOK, Some(&state), change).await.quiet();
    let failed = host.apply(&plan).await;
    assert_eq!(portal.emulator.fault_hits(refused), 1);
    let kept = failed.result.flatten().unwrap();
    assert_eq!(kept.identity, Some(identity("1")));
    host.stop().await;
}

#[tokio::test]
async fn reading_gives_an_identity_to_a_state_from_before_identities() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let mut old = bring(&host, None, &webhook()).await;
    old.identity = None;
    let upgraded = host.upgrade_identity(WEBHOOK, 0, "").await;
    assert_eq!(upgraded.quiet(), None, "left to the read that follows");
    let read = host.read(&old).await.quiet().unwrap();
    assert_eq!(read.identity, Some(identity("1")));
    let plan = host.plan(WEBHOOK, Some(&read), webhook()).await.quiet();
    assert_eq!(plan.action, Action::NoOp);
    host.stop().await;
}

/// As after an edit of the state: webhook 2 must not be taken for webhook 1.
#[tokio::test]
async fn a_state_with_the_identity_of_another_webhook_is_refused() {
    let portal = Portal::start().await;
    portal.add(&["one", "two"]);
    let host = portal.host().await;
    let mut state = host.import(WEBHOOK, "2").await.quiet();
    state.identity = Some(identity("1"));
    let error = host.read(&state).await.refused_at("");
    assert_eq!(error.summary, "Unexpected identity change");
    assert!(error.detail.contains("terraform state rm"), "{error:?}");
    // One that names nothing is none.
    state.identity = Some(json!({"id": null}));
    let read = host.read(&state).await.quiet().unwrap();
    assert_eq!(read.identity, Some(identity("2")));
    host.stop().await;
}

#[tokio::test]
async fn nothing_that_changes_on_the_portal_changes_the_identity() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let state = bring(&host, None, &webhook()).await;
    let everything = WebhookPatch {
        name: Some("Renamed".to_owned()),
        uri: Some("https://elsewhere.example.com/".to_owned()),
        enabled: Some(false),
        triggers: Some(0),
        target_id: Some(Some("5".to_owned())),
        ..WebhookPatch::default()
    };
    portal.emulator.patch_webhook(1, everything);
    let host = portal.host().await;
    let read = host.read(&state).await.quiet().unwrap();
    assert_eq!(read.value["name"], "Renamed");
    assert_eq!(read.identity, state.identity);
    host.stop().await;
}

#[tokio::test]
async fn what_is_gone_has_no_identity() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let state = bring(&host, None, &webhook()).await;

    // The raw answers: core would take an identity beside a null object for a broken rule.
    portal.emulator.delete_webhook(1);
    let reader = portal.host().await;
    let request = wire::read_resource::Request {
        type_name: WEBHOOK.to_owned(),
        current_state: Some(reader.encode(WEBHOOK, &state.value).await),
        private: state.private.clone(),
        current_identity: reader.encode_identity(WEBHOOK, &identity("1")).await,
        ..Default::default()
    };
    let read = reader.provider().read_resource(request).await.unwrap();
    let read = read.into_inner();
    assert_eq!(read.new_identity, None);
    assert_eq!(
        read.new_state,
        Some(reader.encode(WEBHOOK, &Value::Null).await)
    );
    reader.stop().await;

    let request = wire::apply_resource_change::Request {
        type_name: WEBHOOK.to_owned(),
        prior_state: Some(host.encode(WEBHOOK, &state.value).await),
        planned_state: Some(host.encode(WEBHOOK, &Value::Null).await),
        config: Some(host.encode(WEBHOOK, &Value::Null).await),
        planned_private: state.private.clone(),
        planned_identity: host.encode_identity(WEBHOOK, &identity("1")).await,
        provider_meta: None,
    };
    let deleted = host.provider().apply_resource_change(request).await;
    let deleted = deleted.unwrap().into_inner();
    assert_eq!(deleted.diagnostics, []);
    assert_eq!(deleted.new_identity, None);
    host.stop().await;
}

#[tokio::test]
async fn a_webhook_is_imported_by_its_identity_and_by_its_id_alike() {
    let portal = Portal::start().await;
    let ids = portal.add(&["one", "two"]);
    let host = portal.host().await;
    let by_identity = host.import_by_identity(WEBHOOK, &identity(&ids[1])).await;
    let by_identity = by_identity.quiet();
    assert_eq!(by_identity.identity, Some(identity(&ids[1])));
    assert_eq!(by_identity.value["name"], "two");
    let by_id = host.import(WEBHOOK, &ids[1]).await.quiet();
    assert_eq!(by_id, by_identity);
    host.stop().await;
}

#[tokio::test]
async fn an_identity_that_names_no_webhook_is_refused() {
    let portal = Portal::start().await;
    portal.add(&["one"]);
    let host = portal.host().await;
    for (wrong, fault) in [
        (json!("x"), "The identity's id \"x\" is not"),
        (json!("007"), "The identity's id \"007\" is not"),
        (json!("0"), "The identity's id \"0\" is not"),
        // A name and uri identify a webhook for a person, not for good.
        (json!("one|https://hooks.example.com/one"), "is not"),
        (json!(""), "The identity has no id."),
        (Value::Null, "The identity has no id."),
    ] {
        let answer = host
            .import_by_identity(WEBHOOK, &json!({"id": wrong}))
            .await;
        let error = answer.refused_at("");
        assert_eq!(error.summary, "Invalid import identity", "{wrong}");
        assert!(error.detail.contains(fault), "{error:?}");
        let expected = " Expected the webhook's number, such as \"17\".";
        assert!(error.detail.ends_with(expected), "{error:?}");
    }
    let missing = host.import_by_identity(WEBHOOK, &identity("99")).await;
    assert_eq!(missing.refused()[0].summary, "No such webhook");
    host.stop().await;
}

#[tokio::test]
async fn an_import_that_names_nothing_is_refused() {
    let portal = Portal::start().await;
    portal.add(&["one"]);
    let host = portal.host().await;
    let error = host.import(WEBHOOK, "").await.refused_at("");
    assert_eq!(error.summary, "Invalid import id");
    assert!(error.detail.contains("\"17\""), "both forms are shown");
    assert!(error.detail.contains('|'), "both forms are shown");
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

#[tokio::test]
async fn stored_identities_are_kept_and_absent_ones_stay_absent() {
    // Offline: the process that upgrades may not be configured.
    let host = Host::start().await;
    let stored = host.upgrade_identity(WEBHOOK, 0, r#"{"id":"17"}"#).await;
    assert_eq!(stored.quiet(), Some(identity("17")));
    for nothing in ["", "null"] {
        let answer = host.upgrade_identity(WEBHOOK, 0, nothing).await;
        assert_eq!(answer.quiet(), None, "{nothing:?}");
    }
    for (version, broken) in [
        (0, "[]"),
        (0, "{"),
        (0, r#"{"id":[]}"#),
        (1, r#"{"id":"17"}"#),
    ] {
        let answer = host.upgrade_identity(WEBHOOK, version, broken).await;
        let error = answer.refused_at("");
        assert_eq!(error.summary, "Stored state cannot be read", "{broken}");
        assert!(error.detail.contains("import it again"));
    }
    host.stop().await;
}
