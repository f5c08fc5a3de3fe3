use serde_json::json;

use super::{Portal, WEBHOOK, webhook, with};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::diagnostics::Diagnostic;
use crate::host::value::{is_unknown, unknown};
use crate::host::verbs::{Query, State, newest_core};
use crate::host::wire::tfplugin6::ClientCapabilities;

const SECRET: &str = "docspace_webhook_secret";
const REDELIVER: &str = "docspace_webhook_redeliver";

/// A provider block that depends on something that does not exist yet.
async fn not_yet(host: Host) -> Host {
    let provider = json!({"base_url": unknown(), "api_key": "k"});
    host.configure(provider).await.quiet();
    host
}

/// A webhook in the state.
async fn stored() -> State {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
    let state = host.apply(&plan).await.quiet().unwrap();
    host.stop().await;
    state
}

#[track_caller]
fn is_explained(errors: &[Diagnostic]) {
    let [error] = errors else {
        panic!("one error, not {errors:#?}");
    };
    assert_eq!(error.summary, "Provider configuration is not known yet");
    for word in ["base_url", "-target"] {
        assert!(error.detail.contains(word), "{error:?}");
    }
}

#[tokio::test]
async fn everything_that_needs_the_portal_is_put_off_where_that_is_allowed() {
    let state = stored().await;
    let host = not_yet(Host::start().await.allowing_deferral()).await;

    let planned = host
        .plan_or_defer(WEBHOOK, None, &webhook())
        .await
        .put_off();
    assert_eq!(planned["name"], "CI events");
    assert_eq!(planned["enabled"], true);
    assert!(is_unknown(&planned["id"]), "{planned}");

    let changed = with(&webhook(), json!({"name": "n", "triggers": ["All"]}));
    let planned = host.plan_or_defer(WEBHOOK, Some(&state), &changed).await;
    assert_eq!(planned.put_off()["id"], "1");

    let read = host.read_or_defer(&state).await.put_off();
    assert_eq!(read, state.value, "what was known stays");

    let imported = host.import_or_defer(WEBHOOK, "17").await.put_off();
    assert_eq!(imported, 0);

    let opened = host.open_or_defer(SECRET, &json!({"length": 12})).await;
    let opened = opened.put_off();
    assert_eq!(opened["length"], 12);
    assert!(is_unknown(&opened["secret_key"]), "{opened}");

    let action = json!({"delivery_ids": [1]});
    host.plan_action_or_defer(REDELIVER, &action)
        .await
        .put_off();
    host.stop().await;
}

#[tokio::test]
async fn every_data_source_is_put_off_where_that_is_allowed() {
    let allowed = not_yet(Host::start().await.allowing_deferral()).await;
    let refused = not_yet(Host::start().await).await;
    for name in allowed.schemas().await.data_sources.keys() {
        // Those that need an argument have it: core would not read a data source that is refused.
        let config = match name.as_str() {
            WEBHOOK | "docspace_room" => json!({"id": "17"}),
            "docspace_user" | "docspace_group" => {
                json!({"id": "00000000-0000-0000-0000-00000000000d"})
            }
            _ => json!({}),
        };
        let read = allowed.read_data_or_defer(name, &config).await;
        assert!(!read.put_off().is_null(), "{name}");
        let read = refused.read_data_or_defer(name, &config).await;
        assert_eq!(read.reason, None, "{name}");
        is_explained(&read.diagnostics);
    }
    allowed.stop().await;
    refused.stop().await;
}

#[tokio::test]
async fn any_part_of_the_provider_block_may_be_what_is_not_known() {
    for provider in [
        json!({"base_url": "https://portal.example.com", "api_key": unknown()}),
        json!({"base_url": unknown(), "api_key": unknown()}),
        json!({"base_url": "https://portal.example.com", "api_key": "k", "ca_certificate": unknown()}),
        json!({"base_url": "https://portal.example.com", "api_key": "k", "request_timeout": unknown()}),
    ] {
        let host = Host::start().await.allowing_deferral();
        host.configure(provider.clone()).await.quiet();
        let planned = host.plan_or_defer(WEBHOOK, None, &webhook()).await;
        assert!(!planned.put_off().is_null(), "{provider}");
        host.stop().await;
    }
}

#[tokio::test]
async fn nothing_is_put_off_once_the_portal_is_known() {
    let portal = Portal::start().await;
    portal.add(&["one"]);
    let host = portal
        .configured(Host::start().await.allowing_deferral())
        .await;
    // The verbs of an ordinary core insist that nothing is put off.
    let state = host.import(WEBHOOK, "1").await.quiet();
    host.read(&state).await.quiet();
    host.plan_create(WEBHOOK, webhook()).await.quiet();
    host.open(SECRET, json!({})).await.quiet();
    let action = json!({"webhook_id": "1", "failed_since": "2026-01-01T00:00:00Z"});
    host.invoke(REDELIVER, action).await.quiet();
    host.stop().await;
}

#[tokio::test]
async fn without_deferral_new_webhooks_are_planned_and_existing_ones_explained() {
    let state = stored().await;
    for capabilities in [
        None,
        Some(ClientCapabilities::default()),
        Some(newest_core()),
    ] {
        let host = Host::start().await.with_capabilities(capabilities);
        let host = not_yet(host).await;

        let plan = host.plan_create(WEBHOOK, webhook()).await.quiet();
        assert_eq!(plan.action, Action::Create);
        let plan = host.plan_destroy(&state).await.quiet();
        assert_eq!(plan.action, Action::Delete);

        let read = host.read_or_defer(&state).await;
        assert_eq!((read.reason, read.value), (None, state.value.clone()));
        is_explained(&read.diagnostics);

        is_explained(&host.import(WEBHOOK, "17").await.refused());
        is_explained(&host.list(WEBHOOK, &Query::default()).await.refused());
        let action = json!({"delivery_ids": [1]});
        host.plan_action(REDELIVER, &action).await.quiet();
        is_explained(&host.invoke(REDELIVER, action).await.refused());

        // A secret is as good without the portal; there is only no policy to ask for.
        let opened = host.open(SECRET, json!({})).await.quiet();
        assert_eq!(opened.value["length"], 30);
        host.stop().await;
    }
}
