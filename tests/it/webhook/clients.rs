//! One life with each version of Terraform and OpenTofu that is supported (product §2).

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{CLIENTS, Client, Handle, Knows, knowing, one};

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
        client.knows(Knows::Identity),
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
    if client.knows(Knows::Identity) {
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
    for client in knowing(Knows::WriteOnly) {
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
