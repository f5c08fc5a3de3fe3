//! Values that no client sends today, and that the protocol allows: nothing, and not known at all.

use crate::host::Host;
use crate::host::diagnostics;
use crate::host::wire::tfplugin6 as wire;

const WEBHOOK: &str = "docspace_webhook";

/// Nothing, as `MessagePack`.
const NULL: [u8; 1] = [0xc0];
/// A value of which nothing is known.
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

fn value(msgpack: &[u8]) -> wire::DynamicValue {
    wire::DynamicValue {
        msgpack: msgpack.to_vec(),
        json: Vec::new(),
    }
}

async fn configured() -> Host {
    let host = Host::start().await;
    // Nothing is asked of it.
    let config = serde_json::json!({"base_url": "http://127.0.0.1:9", "api_key": "sk-1"});
    host.configure(config).await.quiet();
    host
}

#[tokio::test]
async fn what_is_not_there_is_read_as_not_there() {
    let host = configured().await;
    for current_state in [None, Some(value(&NULL))] {
        let request = wire::read_resource::Request {
            type_name: WEBHOOK.to_owned(),
            current_state,
            ..Default::default()
        };
        let answer = host.provider().read_resource(request).await;
        let answer = answer.unwrap().into_inner();
        assert_eq!(answer.new_state, Some(value(&NULL)));
        assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    }
    host.stop().await;
}

#[tokio::test]
async fn no_stored_state_is_upgraded_to_none() {
    let host = configured().await;
    let request = wire::upgrade_resource_state::Request {
        type_name: WEBHOOK.to_owned(),
        raw_state: None,
        ..Default::default()
    };
    let answer = host.provider().upgrade_resource_state(request).await;
    let answer = answer.unwrap().into_inner();
    assert_eq!(answer.upgraded_state, Some(value(&NULL)));
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    host.stop().await;
}

/// An object must not leave the state because its text was lost.
#[tokio::test]
async fn an_empty_stored_state_is_an_error() {
    let host = configured().await;
    let request = wire::upgrade_resource_state::Request {
        type_name: WEBHOOK.to_owned(),
        raw_state: Some(wire::RawState::default()),
        ..Default::default()
    };
    let answer = host.provider().upgrade_resource_state(request).await;
    let said = diagnostics::from_wire(answer.unwrap().into_inner().diagnostics);
    assert!(
        said.iter().any(diagnostics::Diagnostic::is_error),
        "{said:?}"
    );
    host.stop().await;
}

#[tokio::test]
async fn a_configuration_of_which_nothing_is_known_is_valid_so_far() {
    let host = configured().await;
    let request = wire::validate_resource_config::Request {
        type_name: WEBHOOK.to_owned(),
        config: Some(value(&UNKNOWN)),
        client_capabilities: Some(wire::ClientCapabilities {
            write_only_attributes_allowed: true,
            ..Default::default()
        }),
    };
    let answer = host.provider().validate_resource_config(request).await;
    let said = answer.unwrap().into_inner().diagnostics;
    assert!(said.is_empty(), "{said:?}");
    for name in [
        "docspace_webhook",
        "docspace_webhooks",
        "docspace_webhook_deliveries",
    ] {
        let request = wire::validate_data_resource_config::Request {
            type_name: name.to_owned(),
            config: Some(value(&UNKNOWN)),
        };
        let answer = host.provider().validate_data_resource_config(request).await;
        let said = answer.unwrap().into_inner().diagnostics;
        assert!(said.is_empty(), "{name}: {said:?}");
    }
    let request = wire::plan_resource_change::Request {
        type_name: WEBHOOK.to_owned(),
        prior_state: Some(value(&NULL)),
        proposed_new_state: Some(value(&UNKNOWN)),
        config: Some(value(&UNKNOWN)),
        ..Default::default()
    };
    let answer = host.provider().plan_resource_change(request).await;
    let said = diagnostics::from_wire(answer.unwrap().into_inner().diagnostics);
    let bugs: Vec<_> = said.iter().filter(|it| it.is_error()).collect();
    assert!(bugs.is_empty(), "{bugs:?}");
    host.stop().await;
}
