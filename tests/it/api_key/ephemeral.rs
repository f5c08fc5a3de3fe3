//! A key for one run: whatever ends the run, no key is left.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{API_KEY, LIST, ON_DELETE, ON_POST, OWN, made, only, requests_of_create};
use crate::host::Host;
use crate::host::process::eventually;
use crate::host::value::{conform, encode};
use crate::host::verbs::Opened;
use crate::host::wire::tfplugin6::open_ephemeral_resource;
use crate::portal::{Portal, on};
use crate::webhook::fault;

fn config() -> Value {
    json!({"permissions": ["rooms:read"]})
}

/// A process that has opened a key.
async fn opened(portal: &Portal) -> (Host, Opened) {
    let host = portal.host().await;
    let opened = host.open(API_KEY, config()).await.quiet();
    (host, opened)
}

/// Waits until the portal has no key but the first.
async fn none_is_left(portal: &Portal) {
    eventually("the key to go", || made(portal).is_empty().then_some(())).await;
}

#[tokio::test]
async fn a_key_lives_from_its_opening_to_its_closing() {
    let portal = Portal::start().await;
    let (host, opened) = opened(&portal).await;
    let key = only(&portal);
    assert_eq!(opened.value["id"], key.id.as_str());
    assert_eq!(opened.value["key"], key.credential.value.expose_secret());
    assert_eq!(key.credential.name, "tf-ephemeral");
    assert_eq!(key.credential.scopes, ["rooms:read"]);
    let life = key.credential.expires_at.unwrap() - key.created_on;
    assert!((life - time::Duration::DAY).abs() < time::Duration::seconds(2));
    assert!(!opened.expires, "nothing is renewed");
    let private = String::from_utf8(opened.private.clone().unwrap()).unwrap();
    assert!(!private.contains("sk-"), "{private}");
    host.close(API_KEY, &opened).await.quiet();
    assert!(made(&portal).is_empty());
    // An interrupted walk may close twice.
    host.close(API_KEY, &opened).await.quiet();
    assert_eq!(
        requests_of_create(&portal),
        [LIST, OWN, super::POST, super::DELETE]
    );
    host.stop().await;
    assert_eq!(portal.all_requests(), [""; 0]);
}

#[tokio::test]
async fn its_purpose_is_in_its_name() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    for purpose in ["x".repeat(17), "nightly job".to_owned()] {
        let config = json!({"permissions": ["*"], "purpose": purpose});
        let opened = host.open(API_KEY, config).await.quiet();
        assert_eq!(opened.value["purpose"], purpose.as_str());
        let name = only(&portal).credential.name;
        assert_eq!(name, format!("tf-ephemeral {purpose}"));
        host.close(API_KEY, &opened).await.quiet();
    }
    portal.take();
    for (config, path) in [
        (
            json!({"permissions": ["*"], "purpose": "x".repeat(18)}),
            "purpose",
        ),
        (json!({"permissions": ["*"], "purpose": " "}), "purpose"),
        (json!({"permissions": []}), "permissions"),
        (json!({"permissions": ["rooms"]}), "permissions"),
    ] {
        host.open(API_KEY, config).await.refused_at(path);
    }
    assert_eq!(portal.all_requests(), [""; 0]);
    host.stop().await;
}

#[tokio::test]
async fn an_interrupt_does_not_keep_it_from_being_closed() {
    let portal = Portal::start().await;
    let (host, opened) = opened(&portal).await;
    host.interrupt().await;
    host.close(API_KEY, &opened).await.quiet();
    assert!(made(&portal).is_empty());
    host.stop().await;
}

#[tokio::test]
async fn what_terraform_did_not_close_is_closed_at_the_end() {
    // Within the two seconds after which Terraform kills, if the machine is not too busy.
    for _attempt in 0..5 {
        let portal = Portal::start().await;
        let (host, _) = opened(&portal).await;
        if host.stops_in_time().await && made(&portal).is_empty() {
            return;
        }
    }
    panic!("the key was never deleted in time");
}

#[tokio::test]
async fn a_process_whose_terraform_is_gone_deletes_what_it_opened() {
    let portal = Portal::start().await;
    let (host, _) = opened(&portal).await;
    let exit = host.hang_up().exit().await;
    assert_eq!(exit.code, Some(0));
    assert!(made(&portal).is_empty());
}

#[tokio::test]
async fn a_key_that_is_under_way_when_terraform_goes_is_deleted_too() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    portal.fault(on(ON_POST).delay_ms(700));
    let ty = host.schemas().await.ephemeral_resources[API_KEY].ty();
    let request = open_ephemeral_resource::Request {
        type_name: API_KEY.to_owned(),
        config: Some(encode(&conform(&config(), &ty).unwrap(), &ty)),
        client_capabilities: None,
    };
    let mut provider = host.provider();
    let opening = tokio::spawn(async move { provider.open_ephemeral_resource(request).await });
    eventually("the POST to arrive", || {
        let log = portal.emulator.request_log();
        log.iter().any(|entry| entry.method == "POST").then_some(())
    })
    .await;
    opening.abort();
    let exit = host.hang_up().exit().await;
    assert_eq!(exit.code, Some(0));
    none_is_left(&portal).await;
    let requests = portal.all_requests();
    assert!(requests.contains(&super::DELETE.to_owned()), "{requests:?}");
}

#[tokio::test]
async fn a_key_that_cannot_be_deleted_is_named_and_tried_again() {
    let portal = Portal::start().await;
    let (host, opened) = opened(&portal).await;
    portal.fault(on(ON_DELETE).times(1).respond(403, &[], ""));
    let warnings = host.close(API_KEY, &opened).await.warned();
    assert_eq!(
        warnings[0].summary,
        "Ephemeral key \"tf-ephemeral\" was not deleted"
    );
    let id = only(&portal).id;
    assert!(warnings[0].detail.contains(&id), "{warnings:?}");
    assert!(warnings[0].detail.contains("within a day"), "{warnings:?}");
    // It is in no state, and the next run makes another one.
    assert!(!warnings[0].detail.contains("state"), "{warnings:?}");
    host.stop().await;
    assert!(made(&portal).is_empty());
}

#[tokio::test]
async fn a_key_that_somebody_else_deleted_is_closed() {
    let portal = Portal::start().await;
    let (host, opened) = opened(&portal).await;
    portal.emulator.remove_api_key(&only(&portal).id);
    host.close(API_KEY, &opened).await.quiet();
    host.stop().await;
}

/// Nobody holds it, and it ends by itself.
#[tokio::test]
async fn a_key_whose_answer_is_lost_is_named() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    portal.fault(fault("reset after", ON_POST));
    let errors = host.open(API_KEY, config()).await.refused();
    assert_eq!(
        errors[0].summary,
        "API key \"tf-ephemeral\" may exist without anyone having its value"
    );
    host.stop().await;
    assert_eq!(made(&portal).len(), 1);
}
