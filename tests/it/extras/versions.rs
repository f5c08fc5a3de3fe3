use docspace_emulator::{Config, Event, NewWebhook, Profile};
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{Portal, WEBHOOK};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::diagnostics::Diagnostic;
use crate::host::process::PATIENCE;
use crate::host::verbs::Query;

const REDELIVER: &str = "docspace_webhook_redeliver";
const SECRET: &str = "docspace_webhook_secret";

/// A portal of this version with one webhook, whose one delivery has ended.
async fn portal(profile: Profile, receiver: &Receiver) -> Portal {
    let mut config = Config::offline();
    config.settings.profile = profile;
    config.settings.blacklist.clear();
    config.settings.delivery_speed = 1000.0;
    let portal = Portal::with(config).await;
    portal.emulator.create_webhook(NewWebhook {
        name: "CI events".to_owned(),
        uri: receiver.url(),
        ssl: false,
        triggers: 256,
        ..NewWebhook::default()
    });
    portal
        .emulator
        .raise_event(&Event::new(256, "98765"))
        .unwrap();
    assert!(portal.emulator.deliveries_settled(PATIENCE).await);
    portal
}

/// Every data source, with a configuration that finds something.
fn data_sources() -> [(&'static str, Value); 4] {
    [
        ("docspace_webhook", json!({"name": "CI events"})),
        ("docspace_webhooks", json!({"trigger": "FileUploaded"})),
        ("docspace_webhook_triggers", json!({})),
        ("docspace_webhook_deliveries", json!({"webhook_id": "1"})),
    ]
}

#[tokio::test]
async fn everything_is_offered_on_every_supported_version() {
    for profile in [Profile::V3_1, Profile::V3_6, Profile::V3_7] {
        let receiver = Receiver::start(&[200]).await;
        let portal = portal(profile, &receiver).await;
        let host = portal.host().await;
        for (name, config) in data_sources() {
            let read = host.read_data(name, config).await.quiet();
            assert!(read.is_object(), "{profile:?}: {name}");
        }
        let found = host.list(WEBHOOK, &Query::default()).await.quiet();
        assert_eq!(found.len(), 1, "{profile:?}");
        for id in ["1".to_owned(), format!("CI events|{}", receiver.url())] {
            let state = host.import(WEBHOOK, &id).await.quiet();
            let state = host.read(&state).await.quiet().unwrap();
            let config = host.generate_config(WEBHOOK, &state.value).await.quiet();
            let plan = host.plan(WEBHOOK, Some(&state), config).await.quiet();
            assert_eq!(plan.action, Action::NoOp, "{profile:?}: {id}");
        }
        host.open(SECRET, json!({})).await.quiet();
        let progress = host.invoke(REDELIVER, json!({"delivery_ids": [1]})).await;
        let expected = "Delivery 2: delivered (200)";
        assert_eq!(progress.quiet()[1..], [expected], "{profile:?}");
        host.stop().await;
    }
}

#[track_caller]
fn is_too_old(what: &str, said: &[Diagnostic]) {
    let [error] = said else {
        panic!("{what}: one error, not {said:#?}");
    };
    let summary = "DocSpace 3.1 or later is required";
    assert_eq!(
        (error.is_error(), &*error.summary),
        (true, summary),
        "{what}"
    );
}

#[tokio::test]
async fn a_version_without_triggers_is_named_by_everything_and_changed_by_nothing() {
    let receiver = Receiver::start(&[200]).await;
    let portal = portal(Profile::V3_0, &receiver).await;
    let delivered = receiver.received();
    for (name, config) in data_sources() {
        let host = portal.host().await;
        is_too_old(name, &host.read_data(name, config).await.diagnostics);
        host.stop().await;
    }
    let host: Host = portal.host().await;
    let found = host.list(WEBHOOK, &Query::default()).await;
    is_too_old("the list", &found.diagnostics);
    is_too_old("an import", &host.import(WEBHOOK, "1").await.diagnostics);
    for config in [
        json!({"delivery_ids": [1]}),
        json!({"webhook_id": "1", "failed_since": "2026-01-01T00:00:00Z"}),
    ] {
        let invoked = host.invoke(REDELIVER, config).await;
        is_too_old("the action", &invoked.diagnostics);
    }
    host.stop().await;
    assert_eq!(receiver.received(), delivered);
    assert!(portal.requests().iter().all(|it| it.starts_with("GET ")));
}
