//! Tests of moves, with states written by hand from the sources' public documentation.

use serde_json::json;

use super::*;

const RESTAPI: &str = "registry.terraform.io/mastercard/restapi";
const RESTFUL: &str = "registry.opentofu.org/magodo/restful";

fn try_move(
    provider: &str,
    source_type: &str,
    state: Json,
) -> Result<(Object, WebhookPrivate), Diagnostic> {
    let progress = Progress::default();
    let request = MoveRequest {
        source_provider: provider.to_owned(),
        source_type: source_type.to_owned(),
        source_version: 0,
        source_state: state,
        source_private: PrivateState::default(),
    };
    move_state(&request, &progress)?;
    let recorded = progress.take();
    Ok((recorded.state.unwrap(), recorded.private.decode()))
}

fn restapi_state() -> Json {
    json!({
        "id": "17",
        "path": "/api/2.0/settings/webhook",
        "id_attribute": "response/id",
        "data": r#"{"name":"CI","uri":"https://example.com/hook","secretKey":"S3cretKey-42","triggers":256}"#,
        "api_response": r#"{"response":{"id":17,"name":"CI","uri":"https://example.com/hook"},"status":0}"#,
    })
}

fn restful_state() -> Json {
    json!({
        "id": "/api/2.0/settings/webhook/17",
        "path": "/api/2.0/settings/webhook",
        "body": {
            "value": { "name": "CI", "uri": "https://example.com/hook", "secretKey": "S3cretKey-42" },
            "type": ["object", { "name": "string", "uri": "string", "secretKey": "string" }],
        },
        "output": { "value": { "response": { "id": 17, "name": "CI" } }, "type": "dynamic" },
    })
}

#[track_caller]
fn takes_over(provider: &str, source_type: &str, state: Json) {
    let (state, private) = try_move(provider, source_type, state).unwrap();
    assert_eq!(state.get(ID).as_str(), Some("17"));
    assert_eq!(state.get(NAME).as_str(), Some("CI"));
    assert_eq!(state.get(URI).as_str(), Some("https://example.com/hook"));
    let expected = MovedFrom {
        name: Some("CI".to_owned()),
        uri: Some("https://example.com/hook".to_owned()),
    };
    assert_eq!(private.moved_from, Some(expected));
    assert!(
        !format!("{state:?}{private:?}").contains("S3cret"),
        "the secret is never taken over"
    );
}

#[track_caller]
fn refuses(provider: &str, source_type: &str, state: Json, reason: &str) {
    let diagnostic = try_move(provider, source_type, state).unwrap_err();
    assert!(diagnostic.detail.contains(reason), "{}", diagnostic.detail);
    assert!(
        diagnostic.detail.contains("import {"),
        "the way out is shown"
    );
}

#[test]
fn webhooks_of_both_sources_are_taken_over_whatever_the_registry() {
    takes_over(RESTAPI, "restapi_object", restapi_state());
    takes_over(
        "registry.example.com/Mastercard/RestAPI",
        "restapi_object",
        restapi_state(),
    );
    takes_over(RESTFUL, "restful_resource", restful_state());
}

#[test]
fn the_provider_may_be_named_without_its_registry_or_be_this_one() {
    for provider in [
        "restapi",
        "registry.opentofu.org/onlyoffice/docspace",
        "docspace",
    ] {
        takes_over(provider, "restapi_object", restapi_state());
    }
    for provider in ["restful", "registry.example.com/acme/docspace"] {
        takes_over(provider, "restful_resource", restful_state());
    }
}

#[test]
fn the_id_may_stand_in_the_path_or_in_the_stored_answer() {
    let mut state = restapi_state();
    state["id"] = json!("CI");
    takes_over(RESTAPI, "restapi_object", state.clone());
    state["path"] = json!("https://portal.example.com/api/2.0/settings/webhook/17/");
    state["api_response"] = Json::Null;
    takes_over(RESTAPI, "restapi_object", state);
}

#[test]
fn what_is_not_a_webhook_is_refused() {
    let mut room = restapi_state();
    room["path"] = json!("/api/2.0/files/rooms");
    refuses(
        RESTAPI,
        "restapi_object",
        room,
        "does not end in /settings/webhook",
    );
    let mut retry = restapi_state();
    retry["path"] = json!("/api/2.0/settings/webhook/17/retry");
    refuses(
        RESTAPI,
        "restapi_object",
        retry,
        "does not end in /settings/webhook",
    );
    let mut other = restapi_state();
    other["path"] = json!("/api/2.0/settings/webhooks");
    refuses(
        RESTAPI,
        "restapi_object",
        other,
        "does not end in /settings/webhook",
    );
}

#[test]
fn a_source_without_a_usable_id_is_refused() {
    for id in [json!("0"), json!("-1"), json!("abc"), Json::Null] {
        let state = json!({ "id": id, "path": "/api/2.0/settings/webhook" });
        refuses(RESTAPI, "restapi_object", state, "no positive whole number");
    }
}

#[test]
fn other_providers_and_types_are_refused() {
    refuses(
        "registry.terraform.io/evilmastercard/restapi",
        "restapi_object",
        restapi_state(),
        "is not supported",
    );
    refuses(
        "restapi",
        "restful_resource",
        restful_state(),
        "is not supported",
    );
    refuses("docspace", "http", restapi_state(), "is not supported");
    refuses(
        "docspaces",
        "restapi_object",
        restapi_state(),
        "is not supported",
    );
    refuses(
        "acme/restapi",
        "restapi_object",
        restapi_state(),
        "is not supported",
    );
    refuses(
        RESTAPI,
        "restful_resource",
        restapi_state(),
        "is not supported",
    );
    refuses(
        "registry.terraform.io/hashicorp/http",
        "http",
        json!({}),
        "is not supported",
    );
}
