//! Stored states, as they are and as they should not be (TPP §8.6). Nothing here is configured.

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::one;
use crate::host::Host;
use crate::host::value::{Type, decode};
use crate::host::wire::tfplugin6::{self as wire, RawState};

const NAME: &str = "docspace_webhook";

/// A state as this version writes it.
fn stored() -> Value {
    json!({
        "id": "1", "name": "CI events", "uri": "https://hooks.example.com/docspace",
        "triggers": ["FileUploaded"], "enabled": true, "ssl": true, "target_id": null,
        "secret_key": "S3cret-Key-42", "secret_key_wo": null, "secret_key_wo_version": null,
    })
}

#[tokio::test]
async fn a_state_of_this_version_stays_as_it_is() {
    let host = Host::start().await;
    for state in [
        stored(),
        with(
            &stored(),
            json!({"secret_key": null, "secret_key_wo_version": 9_223_372_036_854_775_807_i64}),
        ),
        with(
            &stored(),
            json!({"triggers": ["1099511627776", "All", "MoonLanded"], "target_id": "7"}),
        ),
        with(&stored(), json!({"name": "e\u{301}"})),
    ] {
        let pretty = format!("{}\n\n", serde_json::to_string_pretty(&state).unwrap());
        let upgraded = host.upgrade(NAME, 0, &pretty).await.quiet();
        let expected = if state["name"] == "e\u{301}" {
            with(&state, json!({"name": "\u{e9}"}))
        } else {
            state
        };
        assert_eq!(upgraded, expected);
    }
    host.stop().await;
}

#[tokio::test]
async fn an_attribute_that_the_state_does_not_have_yet_is_null() {
    let host = Host::start().await;
    let all = stored();
    for name in all.as_object().unwrap().keys() {
        let mut state = all.clone();
        state.as_object_mut().unwrap().remove(name);
        let upgraded = host.upgrade(NAME, 0, &state.to_string()).await.quiet();
        assert_eq!(upgraded, with(&all, json!({name: null})));
    }
    let empty = host.upgrade(NAME, 0, "{}").await.quiet();
    assert!(empty.as_object().unwrap().values().all(Value::is_null));
    host.stop().await;
}

#[tokio::test]
async fn a_stored_write_only_value_is_dropped() {
    let host = Host::start().await;
    let state = with(&stored(), json!({"secret_key_wo": "left-by-an-old-core"}));
    assert_eq!(
        host.upgrade(NAME, 0, &state.to_string()).await.quiet(),
        stored()
    );
    host.stop().await;
}

#[tokio::test]
async fn a_damaged_state_is_refused_with_the_way_out() {
    let host = Host::start().await;
    for damaged in [
        String::new(),
        "{".to_owned(),
        "null".to_owned(),
        "[]".to_owned(),
        "\"text\"".to_owned(),
        format!("{} trailing", stored()),
        with(&stored(), json!({"id": 7})).to_string(),
        with(&stored(), json!({"name": {"a": 1}})).to_string(),
        with(&stored(), json!({"triggers": "FileUploaded"})).to_string(),
        with(&stored(), json!({"triggers": [1]})).to_string(),
        with(&stored(), json!({"enabled": "true"})).to_string(),
        with(&stored(), json!({"secret_key_wo_version": "x"})).to_string(),
        with(&stored(), json!({"secret_key": ["sentinel-secret"]})).to_string(),
    ] {
        let errors = host.upgrade(NAME, 0, &damaged).await.refused();
        assert_eq!(errors.len(), 1, "{damaged}");
        let expected = if damaged.is_empty() {
            "State of an unsupported format"
        } else {
            "Stored state cannot be read"
        };
        assert_eq!(errors[0].summary, expected, "{damaged}");
        assert!(!format!("{errors:?}").contains("sentinel"), "{errors:?}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_state_of_a_newer_version_asks_for_a_newer_provider() {
    let host = Host::start().await;
    for version in [1, 2, i64::MAX] {
        let error = host
            .upgrade(NAME, version, &stored().to_string())
            .await
            .refused_at("");
        assert_eq!(error.summary, "State written by a newer provider");
        assert!(error.detail.contains("Upgrade the provider"), "{error:?}");
    }
    host.upgrade(NAME, -1, &stored().to_string())
        .await
        .refused();
    host.stop().await;
}

#[tokio::test]
async fn a_state_from_before_terraform_0_12_is_refused() {
    let host = Host::start().await;
    let request = wire::upgrade_resource_state::Request {
        type_name: NAME.to_owned(),
        version: 0,
        raw_state: Some(RawState {
            json: Vec::new(),
            flatmap: [("id".to_owned(), "1".to_owned())].into_iter().collect(),
        }),
    };
    let answer = host
        .provider()
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.diagnostics.len(), 1);
    assert_eq!(
        answer.diagnostics[0].summary,
        "State of an unsupported format"
    );
    assert!(answer.upgraded_state.is_none());
    host.stop().await;
}

/// Brings a stored identity up to date; the errors are counted.
async fn identity(host: &Host, version: i64, json: &str) -> (Option<Value>, usize) {
    let request = wire::upgrade_resource_identity::Request {
        type_name: NAME.to_owned(),
        version,
        raw_identity: Some(RawState {
            json: json.as_bytes().to_vec(),
            ..RawState::default()
        }),
    };
    let answer = host
        .provider()
        .upgrade_resource_identity(request)
        .await
        .unwrap()
        .into_inner();
    let ty = Type::parse(&json!(["object", {"id": "string"}])).unwrap();
    let identity = answer
        .upgraded_identity
        .map(|identity| decode(identity.identity_data.as_ref(), &ty).unwrap());
    (identity, answer.diagnostics.len())
}

#[tokio::test]
async fn an_identity_is_read_where_there_is_one() {
    let host = Host::start().await;
    assert_eq!(
        identity(&host, 0, r#"{"id":"17"}"#).await,
        (Some(json!({"id": "17"})), 0)
    );
    // Objects from before identities existed have none; reading fills it in.
    assert_eq!(identity(&host, 0, "").await, (None, 0));
    assert_eq!(identity(&host, 0, "null").await, (None, 0));
    for (version, damaged) in [
        (0, "{"),
        (0, "[]"),
        (0, r#"{"id":[]}"#),
        (1, r#"{"id":"17"}"#),
    ] {
        assert_eq!(
            identity(&host, version, damaged).await,
            (None, 1),
            "{damaged}"
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn private_state_may_be_anything() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    for private in [
        &b""[..],
        b"\x00\xff\xfe",
        b"[]",
        b"{\"created_by\":7}",
        b"{\"trigger_bits\":{\"FileUploaded\":200}}",
        b"{\"trigger_bits\":{\"MoonLanded\":64,\"X\":255}}",
        b"{\"secret_origin\":\"stolen\",\"future\":1}",
        "[".repeat(100_000).as_bytes(),
    ] {
        directory.state.get_mut("it").unwrap().private = private.to_vec();
        directory.plan(&one(&webhook())).await.empty();
        let renamed = one(&with(&webhook(), json!({"name": "Other"})));
        directory.apply(&renamed).await.quiet();
        directory.apply(&one(&webhook())).await.quiet();
    }
}

#[tokio::test]
async fn a_stored_id_that_is_no_number_is_refused_with_the_way_out() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    for id in [
        json!(null),
        json!(""),
        json!("x"),
        json!("017"),
        json!("2147483648"),
    ] {
        directory.state.get_mut("it").unwrap().value["id"] = id;
        let report = directory.refresh().await;
        let error = report.error("Stored webhook id is not usable");
        assert!(error.detail.contains("terraform state rm"), "{error:?}");
        assert_eq!(directory.state.len(), 1);
    }
}
