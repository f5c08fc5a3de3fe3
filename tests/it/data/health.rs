use docspace_emulator::{Event, NewWebhook, WebhookPatch};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

use super::{SETTINGS, Stage, success};

const ONE: &str = "docspace_webhook";
const ALL: &str = "docspace_webhooks";
const DATES: [&str; 4] = [
    "created_on",
    "modified_on",
    "last_success_on",
    "last_failure_on",
];
const CREATED: OffsetDateTime = datetime!(2026-06-01 08:00 UTC);
const FAILED: OffsetDateTime = datetime!(2026-06-02 23:30 UTC);

impl Stage {
    /// A webhook that has succeeded and then failed.
    fn failing_webhook(&self) -> String {
        let id = self.webhook("CI events", "https://ci.example.com/hook", 256);
        let patch = WebhookPatch {
            created_on: Some(CREATED),
            modified_on: Some(Some(FAILED)),
            last_success_on: Some(Some(datetime!(2026-06-02 09:00 UTC))),
            last_failure_on: Some(Some(FAILED)),
            last_failure_content: Some(Some("Connection refused (ci.example.com:443)".to_owned())),
            ..WebhookPatch::default()
        };
        self.portal.patch_webhook(id.parse().unwrap(), patch);
        id
    }

    fn clock_is(&self, minutes: i32) {
        self.portal.change_settings(|settings| {
            settings.portal_utc_offset_minutes = minutes;
            settings.server_utc_offset_minutes = 60;
        });
    }

    /// The portal calls its time zone this.
    fn zone_is(&self, name: &str) {
        self.portal
            .change_settings(|settings| settings.portal_time_zone = Some(name.to_owned()));
    }

    async fn one(&self, id: &str) -> Value {
        self.read(ONE, json!({"id": id})).await.quiet()
    }
}

#[tokio::test]
async fn dates_are_utc_wherever_the_portal_is() {
    for minutes in [-12 * 60, 0, 330, 345, 14 * 60] {
        let stage = Stage::new().await;
        let id = stage.failing_webhook();
        stage.clock_is(minutes);
        let read = stage.one(&id).await;
        let expected = json!([
            "2026-06-01T08:00:00Z",
            "2026-06-02T23:30:00Z",
            "2026-06-02T09:00:00Z",
            "2026-06-02T23:30:00Z"
        ]);
        assert_eq!(
            json!(DATES.map(|name| &read[name])),
            expected,
            "UTC{minutes:+}"
        );
        let all = stage.read(ALL, json!({})).await.quiet();
        assert_eq!(all["webhooks"][0], read, "UTC{minutes:+}");
        stage.end().await;
    }
}

/// The portal tells the name of its zone alone, and its clocks are set forward for the summer.
#[tokio::test]
async fn summer_counts() {
    let stage = Stage::new().await;
    let id = stage.failing_webhook();
    stage.clock_is(120);
    stage.zone_is("Europe/Berlin");
    assert_eq!(stage.one(&id).await["created_on"], "2026-06-01T08:00:00Z");
    stage.end().await;
}

#[tokio::test]
async fn what_nobody_can_know_is_null_and_health_is_known_all_the_same() {
    for zone in ["Romance Standard Time", ""] {
        let stage = Stage::new().await;
        let id = stage.failing_webhook();
        stage.zone_is(zone);
        let read = stage.one(&id).await;
        assert_eq!(
            json!(DATES.map(|name| &read[name])),
            json!([null, null, null, null])
        );
        assert_eq!(read["healthy"], false);
        assert_eq!(
            read["failure_reason"],
            "Connection refused (ci.example.com:443)"
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn a_zone_that_cannot_be_read_is_one_warning() {
    let stage = Stage::new().await;
    let id = stage.failing_webhook();
    stage.fail_once(SETTINGS);
    let read = stage.read(ONE, json!({"id": id})).await;
    let titles: Vec<_> = read
        .diagnostics
        .iter()
        .map(|it| it.summary.clone())
        .collect();
    assert_eq!(titles.len(), 1, "{titles:?}");
    assert!(
        titles[0].starts_with("Could not read the portal's time zone"),
        "{titles:?}"
    );
    assert_eq!(read.result.unwrap()["created_on"], Value::Null);
    // It is not asked for again, and not told again.
    assert_eq!(stage.one(&id).await["healthy"], false);
    stage.end().await;
}

#[tokio::test]
async fn a_portal_that_tells_nothing_of_itself_is_not_worth_a_warning() {
    let stage = Stage::new().await;
    let id = stage.failing_webhook();
    stage.answer(SETTINGS, 1, success(&json!({"version": "3.7.2"})));
    assert_eq!(stage.one(&id).await["created_on"], Value::Null);
    stage.end().await;
}

#[tokio::test]
async fn the_zone_is_read_once_and_only_where_there_is_a_date() {
    let stage = Stage::new().await;
    stage.read(ALL, json!({})).await.quiet();
    assert!(!stage.requests().contains(&SETTINGS.to_owned()));
    let id = stage.failing_webhook();
    let other = stage.webhook("Audit", "https://ci.example.com/hook", 256);
    stage.portal.reset_log();
    for id in [&id, &other, &id] {
        stage.read(ONE, json!({"id": id})).await.quiet();
    }
    let asked = stage.requests().into_iter().filter(|path| path == SETTINGS);
    assert_eq!(asked.count(), 1);
    stage.end().await;
}

/// An address that no longer passes the rules: the portal disables the webhook and notes nothing (API §16 O2).
#[tokio::test]
async fn a_webhook_that_the_portal_disabled_before_it_delivered_is_not_healthy() {
    let stage = Stage::new().await;
    let webhook = stage.portal.create_webhook(NewWebhook {
        uri: "http://ci.example.com/hook".to_owned(),
        triggers: 256,
        ssl: true,
        ..NewWebhook::default()
    });
    let id = webhook.id.to_string();
    assert_eq!(stage.one(&id).await["healthy"], Value::Null);
    stage
        .portal
        .change_settings(|settings| settings.delivery_speed = 10_000.0);
    stage.portal.raise_event(&Event::new(256, "98765")).unwrap();
    let settled = stage
        .portal
        .deliveries_settled(crate::host::process::PATIENCE);
    assert!(settled.await);
    assert!(!stage.portal.webhook(webhook.id).unwrap().enabled);
    // Another process, which has no list yet.
    let Stage { portal, host } = stage;
    host.stop().await;
    let key = portal.api_key().to_owned();
    let stage = Stage::as_caller(portal, &key).await;
    let read = stage.one(&id).await;
    assert_eq!(read["healthy"], false);
    let reason = read["failure_reason"].as_str().unwrap();
    assert!(reason.contains("disabled the webhook"), "{reason}");
    stage.end().await;
}
