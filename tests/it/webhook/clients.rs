//! One life with each version of Terraform and OpenTofu that is supported (product §2).

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{CLIENTS, Client, Handle, one};
use crate::host::Host;
use crate::host::core::proposed_new_state;
use crate::host::value::{encode, unknown};
use crate::host::verbs::newest_core;
use crate::host::wire::tfplugin6::{self as wire, ClientCapabilities};

const NAME: &str = "docspace_webhook";

/// The life of one webhook whose secret is given like this.
async fn live(client: Client, secret: Value, rotated: Value) {
    let name = client.name;
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_client(client);
    let config = with(&webhook(), secret);
    directory.validate(&one(&config)).await.quiet();
    directory.apply(&one(&config)).await.quiet();
    directory.plan(&one(&config)).await.empty();
    assert_eq!(
        directory.it().identity.is_some(),
        client.has_identity,
        "{name}"
    );
    assert!(!directory.it().private.is_empty(), "{name}");

    let changed = with(
        &config,
        json!({"name": "Other", "triggers": ["All"], "enabled": false}),
    );
    directory.apply(&one(&changed)).await.quiet();
    directory.plan(&one(&changed)).await.empty();
    let rotated = with(&changed, rotated);
    directory.apply(&one(&rotated)).await.quiet();
    directory.plan(&one(&rotated)).await.empty();
    assert!(portal.emulator.secret_is(1, "An0ther-Key"), "{name}");

    let mut handles = vec![Handle::from("1")];
    if client.has_identity {
        handles.push(Handle::Identity(json!({"id": "1"})));
    }
    for handle in handles {
        let mut elsewhere = portal.workspace().with_client(client);
        elsewhere.import(handle).await.quiet();
        let bare =
            json!({"secret_key": null, "secret_key_wo": null, "secret_key_wo_version": null});
        elsewhere.plan(&one(&with(&rotated, bare))).await.empty();
    }
    directory.destroy(&one(&rotated)).await.quiet();
    assert!(
        portal.emulator.webhooks().is_empty() && directory.state.is_empty(),
        "{name}"
    );
}

#[tokio::test]
async fn every_client_can_keep_the_secret_in_its_state() {
    for client in CLIENTS {
        live(client, json!({}), json!({"secret_key": "An0ther-Key"})).await;
    }
}

#[tokio::test]
async fn newer_clients_can_keep_the_secret_out_of_their_state() {
    for client in CLIENTS.into_iter().filter(Client::has_write_only) {
        let manual = json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42", "secret_key_wo_version": 1});
        live(
            client,
            manual,
            json!({"secret_key_wo": "An0ther-Key", "secret_key_wo_version": 2}),
        )
        .await;
        let automatic = json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"});
        live(client, automatic, json!({"secret_key_wo": "An0ther-Key"})).await;
    }
}

#[tokio::test]
async fn an_upgrade_of_the_client_changes_nothing() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_client(CLIENTS[CLIENTS.len() - 1]);
    directory.apply(&one(&webhook())).await.quiet();
    for client in CLIENTS.into_iter().rev() {
        directory = directory.with_client(client);
        directory.plan(&one(&webhook())).await.empty();
        directory.refresh().await.quiet();
    }
    assert_eq!(directory.it().identity, Some(json!({"id": "1"})));
}

/// A client that can wait is told to wait while the portal is not known yet (TPP §8.13).
#[tokio::test]
async fn a_client_that_allows_it_is_asked_to_wait_for_the_portal() {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let host = Host::start().await;
    host.configure(json!({"base_url": unknown(), "api_key": "sk-1"}))
        .await
        .quiet();
    let schemas = host.schemas().await;
    let object = &schemas.resources[NAME].object;
    let ty = object.ty();
    let capabilities = Some(ClientCapabilities {
        deferral_allowed: true,
        ..newest_core()
    });
    let state = directory.it();
    let read = wire::read_resource::Request {
        type_name: NAME.to_owned(),
        current_state: Some(encode(&state.value, &ty)),
        private: state.private.clone(),
        client_capabilities: capabilities,
        ..Default::default()
    };
    let read = host
        .provider()
        .read_resource(read)
        .await
        .unwrap()
        .into_inner();
    let reason = i32::from(wire::deferred::Reason::ProviderConfigUnknown);
    assert_eq!(read.deferred.unwrap().reason, reason);
    assert!(read.diagnostics.is_empty());
    assert_eq!(read.private, state.private);

    let config = with(&state.value, json!({"id": null}));
    let plan = wire::plan_resource_change::Request {
        type_name: NAME.to_owned(),
        prior_state: Some(encode(&Value::Null, &ty)),
        proposed_new_state: Some(encode(
            &proposed_new_state(object, &Value::Null, &config),
            &ty,
        )),
        config: Some(encode(&config, &ty)),
        client_capabilities: capabilities,
        ..Default::default()
    };
    let plan = host
        .provider()
        .plan_resource_change(plan)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(plan.deferred.unwrap().reason, reason);
    assert!(plan.diagnostics.is_empty() && plan.planned_state.is_some());

    let import = wire::import_resource_state::Request {
        type_name: NAME.to_owned(),
        id: "1".to_owned(),
        client_capabilities: capabilities,
        identity: None,
    };
    let import = host
        .provider()
        .import_resource_state(import)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(import.deferred.unwrap().reason, reason);
    assert!(import.diagnostics.is_empty());
    host.stop().await;
}
