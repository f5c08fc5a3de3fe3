use std::fmt::Write as _;
use std::time::Duration;

use docspace_emulator::{
    Config, DeliveryState, Emulator, Event, HostRule, NewWebhook, Profile, Resolution, WebhookPatch,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use time::OffsetDateTime;

use crate::client::{eventually, nobody, start};
use crate::receiver::Receiver;

/// The documented schedule of 31 seconds in about 30 milliseconds.
pub(crate) const SPEED: f64 = 1000.0;

pub(crate) const LIMIT: Duration = Duration::from_secs(30);

async fn portal() -> Emulator {
    let mut config = Config::offline();
    config.settings.blacklist.clear();
    config.settings.delivery_speed = SPEED;
    start(config).await.0
}

fn hook(receiver: &Receiver) -> NewWebhook {
    NewWebhook {
        name: "CI événements".to_owned(),
        uri: receiver.url(),
        secret: "S3cretKey-42".into(),
        ssl: false,
        triggers: 256,
        ..NewWebhook::default()
    }
}

async fn upload(emulator: &Emulator) {
    let queued = emulator.raise_event(&Event::new(256, "98765")).unwrap();
    assert_eq!(queued.len(), 1);
    assert!(emulator.deliveries_settled(LIMIT).await);
}

#[tokio::test]
async fn a_delivery_arrives_signed_over_the_exact_bytes() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[200]).await;
    let id = emulator.create_webhook(hook(&receiver)).id;
    upload(&emulator).await;
    let posts = receiver.posts();
    assert_eq!(posts.len(), 1);
    assert_eq!(
        posts[0].header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert_eq!(posts[0].header("accept"), Some("*/*"));
    let mut mac = Hmac::<Sha256>::new_from_slice(b"S3cretKey-42").unwrap();
    mac.update(&posts[0].body);
    let mut expected = "sha256=".to_owned();
    for byte in mac.finalize().into_bytes() {
        write!(expected, "{byte:02X}").unwrap();
    }
    assert_eq!(
        posts[0].header("x-docspace-signature-256"),
        Some(expected.as_str())
    );
    assert!(posts[0].body.is_ascii());
    let body = posts[0].json();
    assert_eq!(body["event"]["trigger"], "file.uploaded");
    assert_eq!(body["event"]["triggerId"], 256);
    assert_eq!(body["payload"]["id"], 98765);
    assert_eq!(body["webhook"]["name"], "CI événements");
    assert_eq!(body["webhook"]["url"], receiver.url());
    assert_eq!(body["webhook"]["triggers"][0], "file.uploaded");
    assert!(body["webhook"].get("retryCount").is_none());
    assert!(body["webhook"].get("target").is_none());
    let stored = emulator.webhook(id).unwrap();
    assert!(stored.last_success_on.is_some());
    assert_eq!(stored.modified_by.as_deref().map(str::len), Some(36));
    assert_eq!(stored.status, 200);
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_and_says_so() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[500, 503, 200]).await;
    emulator.create_webhook(hook(&receiver));
    upload(&emulator).await;
    let posts = receiver.posts();
    assert_eq!(posts.len(), 3);
    assert_eq!(posts[1].json()["webhook"]["retryCount"], 1);
    let last = posts[2].json();
    assert_eq!(last["webhook"]["retryCount"], 2);
    assert_eq!(
        last["webhook"]["lastFailureContent"],
        "Response status code does not indicate success: 503 (Service Unavailable)."
    );
    assert_ne!(
        posts[0].header("x-docspace-signature-256"),
        posts[2].header("x-docspace-signature-256")
    );
    let entry = &emulator.deliveries()[0];
    assert_eq!(entry.state, DeliveryState::Delivered);
    assert_eq!((entry.attempts, entry.status), (3, 200));
    assert_eq!(entry.response_payload.as_deref(), Some("seen"));
    assert!(entry.delivered_on.is_some());
}

#[tokio::test]
async fn a_delivery_is_given_up_after_five_retries() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[503]).await;
    let id = emulator.create_webhook(hook(&receiver)).id;
    upload(&emulator).await;
    assert_eq!(receiver.posts().len(), 6);
    let entry = &emulator.deliveries()[0];
    assert_eq!(entry.state, DeliveryState::Failed);
    assert_eq!((entry.attempts, entry.status), (6, 503));
    assert_eq!(entry.delivered_on, None);
    let stored = emulator.webhook(id).unwrap();
    assert!(stored.enabled, "three days have not passed");
    assert!(stored.last_failure_on.is_some());
    assert_eq!(
        stored.last_failure_content.as_deref(),
        Some("Response status code does not indicate success: 503 (Service Unavailable).")
    );
    assert_eq!(stored.last_success_on, None);
    assert_eq!(stored.status, 0);
}

/// O15: what is no 2xx is tried six times in all, redirects included, and the webhook remembers the last of them.
#[tokio::test]
async fn other_answers_than_2xx_are_failures_to_the_end() {
    let emulator = portal().await;
    let elsewhere = Receiver::start(&[200]).await;
    for (status, reason) in [
        (302, "Found"),
        (400, "Bad Request"),
        (500, "Internal Server Error"),
    ] {
        let receiver = Receiver::start(&[status]).await;
        receiver.answer_probes_with(200, (status == 302).then_some(&elsewhere.url()));
        let id = emulator.create_webhook(hook(&receiver)).id;
        upload(&emulator).await;
        assert_eq!(receiver.posts().len(), 6, "{status}");
        let stored = emulator.webhook(id).unwrap();
        assert!(stored.last_failure_on.is_some());
        assert_eq!(
            stored.last_failure_content.unwrap(),
            format!("Response status code does not indicate success: {status} ({reason}).")
        );
        emulator.delete_webhook(id);
    }
    assert!(elsewhere.received().is_empty(), "302 is not followed");
    let receiver = Receiver::start(&[204]).await;
    let id = emulator.create_webhook(hook(&receiver)).id;
    upload(&emulator).await;
    assert_eq!(receiver.posts().len(), 1);
    assert!(emulator.webhook(id).unwrap().last_success_on.is_some());
}

/// O15.
#[tokio::test]
async fn gone_deletes_the_webhook_after_the_last_retry() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[410]).await;
    emulator.create_webhook(hook(&receiver));
    upload(&emulator).await;
    assert_eq!(receiver.posts().len(), 6);
    assert!(emulator.webhooks().is_empty());
    assert!(emulator.deliveries().is_empty());
}

#[tokio::test]
async fn a_failure_after_three_days_without_success_switches_off() {
    let emulator = portal().await;
    emulator.change_settings(|settings| settings.delivery_retries = 0);
    let receiver = Receiver::start(&[503]).await;
    let id = emulator.create_webhook(hook(&receiver)).id;
    let days_ago = |days| OffsetDateTime::now_utc() - time::Duration::days(days);
    emulator.patch_webhook(
        id,
        WebhookPatch {
            created_on: Some(days_ago(9)),
            last_success_on: Some(Some(days_ago(2))),
            ..WebhookPatch::default()
        },
    );
    upload(&emulator).await;
    assert!(
        emulator.webhook(id).unwrap().enabled,
        "the last success counts"
    );
    emulator.patch_webhook(
        id,
        WebhookPatch {
            last_success_on: Some(None),
            ..WebhookPatch::default()
        },
    );
    upload(&emulator).await;
    assert!(
        !emulator.webhook(id).unwrap().enabled,
        "the creation counts"
    );
    let queued = emulator.raise_event(&Event::new(256, "98765")).unwrap();
    assert!(queued.is_empty(), "events are dropped while it is off");
}

#[tokio::test]
async fn a_refused_connection_counts_as_status_0_and_a_timeout_as_500() {
    let emulator = portal().await;
    emulator.change_settings(|settings| {
        settings.delivery_retries = 0;
        settings.delivery_timeout_ms = 50;
    });
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let id = emulator
        .create_webhook(NewWebhook {
            uri: format!("http://{}/", silent.local_addr().unwrap()),
            ssl: false,
            ..NewWebhook::default()
        })
        .id;
    // A listener that never accepts lets connections in and never answers.
    upload(&emulator).await;
    assert_eq!(emulator.deliveries()[0].status, 500);
    assert!(
        emulator
            .webhook(id)
            .unwrap()
            .last_failure_content
            .unwrap()
            .starts_with("The request was canceled due to the configured HttpClient.Timeout")
    );
    // A refusal needs some time to be seen on a busy machine.
    emulator.change_settings(|settings| settings.delivery_timeout_ms = 30_000);
    let (_taken, address) = nobody();
    emulator.patch_webhook(
        id,
        WebhookPatch {
            uri: Some(format!("http://{address}/")),
            ..WebhookPatch::default()
        },
    );
    upload(&emulator).await;
    assert_eq!(emulator.deliveries()[1].status, 0);
    assert_eq!(
        emulator.webhook(id).unwrap().last_failure_content.unwrap(),
        format!("Connection refused ({address})")
    );
}

#[tokio::test]
async fn a_timeout_never_switches_off() {
    let emulator = portal().await;
    emulator.change_settings(|settings| {
        settings.delivery_retries = 0;
        settings.delivery_timeout_ms = 50;
    });
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let id = emulator
        .create_webhook(NewWebhook {
            uri: format!("http://{}/", silent.local_addr().unwrap()),
            ssl: false,
            ..NewWebhook::default()
        })
        .id;
    emulator.patch_webhook(
        id,
        WebhookPatch {
            created_on: Some(OffsetDateTime::now_utc() - time::Duration::days(9)),
            ..WebhookPatch::default()
        },
    );
    upload(&emulator).await;
    let stored = emulator.webhook(id).unwrap();
    assert!(stored.last_failure_on.is_some());
    assert!(stored.enabled);
}

#[tokio::test]
async fn an_address_that_became_blacklisted_deletes_the_webhook() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[200]).await;
    emulator.create_webhook(hook(&receiver));
    emulator.change_settings(|settings| {
        settings.blacklist = docspace_emulator::AddressRange::portal_default();
    });
    upload(&emulator).await;
    assert!(receiver.posts().is_empty());
    assert!(emulator.webhooks().is_empty());
}

#[tokio::test]
async fn an_address_that_became_invalid_switches_off_at_once() {
    let emulator = portal().await;
    emulator.change_settings(|settings| {
        settings.hosts.insert(
            "gone.example.com".to_owned(),
            HostRule {
                resolve: Some(Resolution::Unresolvable),
                probe: None,
            },
        );
    });
    let receiver = Receiver::start(&[200]).await;
    let unresolvable = NewWebhook {
        uri: "https://gone.example.com/".to_owned(),
        ..NewWebhook::default()
    };
    let plain = NewWebhook {
        ssl: true,
        ..hook(&receiver)
    };
    for webhook in [unresolvable, plain] {
        let id = emulator.create_webhook(webhook).id;
        upload(&emulator).await;
        let stored = emulator.webhook(id).unwrap();
        assert!(!stored.enabled);
        assert_eq!(stored.last_failure_on, None, "nothing was sent");
        assert_eq!(emulator.deliveries().last().unwrap().status, 0);
        assert_eq!(
            emulator.deliveries().last().unwrap().state,
            DeliveryState::Failed
        );
    }
    assert!(receiver.posts().is_empty());
}

#[tokio::test]
async fn redirects_are_failures_since_3_7_and_followed_before() {
    for (profile, state) in [
        (Profile::V3_7, DeliveryState::Failed),
        (Profile::V3_6, DeliveryState::Delivered),
    ] {
        let emulator = portal().await;
        let target = Receiver::start(&[200]).await;
        let receiver = Receiver::start(&[302]).await;
        receiver.answer_probes_with(200, Some(&target.url()));
        emulator.change_settings(|settings| {
            settings.profile = profile;
            settings.delivery_retries = 0;
        });
        emulator.create_webhook(hook(&receiver));
        upload(&emulator).await;
        assert_eq!(emulator.deliveries()[0].state, state, "{profile}");
        assert_eq!(
            target.received().len(),
            usize::from(profile == Profile::V3_6)
        );
    }
}

#[tokio::test]
async fn each_webhook_that_hears_gets_its_own_delivery() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[200]).await;
    let mut expected = Vec::new();
    for (triggers, target, hears) in [
        (256, None, true),
        (0, None, true),
        (384, Some("98765"), true),
        (384, Some("1"), false),
        (128, None, false),
    ] {
        let id = emulator
            .create_webhook(NewWebhook {
                triggers,
                target_id: target.map(str::to_owned),
                ..hook(&receiver)
            })
            .id;
        if hears {
            expected.push(id);
        }
    }
    let queued = emulator.raise_event(&Event::new(256, "98765")).unwrap();
    let heard: Vec<i32> = queued.iter().map(|entry| entry.webhook_id).collect();
    assert_eq!(heard, expected);
    assert!(emulator.deliveries_settled(LIMIT).await);
    let mut arrived: Vec<i64> = receiver
        .posts()
        .iter()
        .map(|post| post.json()["webhook"]["id"].as_i64().unwrap())
        .collect();
    arrived.sort_unstable();
    assert_eq!(arrived, [1, 2, 3]);
    let targeted = receiver
        .posts()
        .into_iter()
        .find(|post| post.json()["webhook"]["id"] == 3)
        .unwrap();
    assert_eq!(
        targeted.json()["webhook"]["target"],
        serde_json::json!({"id": 98765, "type": "file"})
    );
}

#[tokio::test]
async fn a_stubbed_name_leads_to_the_receiver_on_loopback() {
    let emulator = portal().await;
    let receiver = Receiver::start(&[200]).await;
    emulator.change_settings(|settings| {
        settings.hosts.insert(
            "hooks.example.com".to_owned(),
            HostRule {
                resolve: Some(Resolution::Addresses(vec!["127.0.0.1".parse().unwrap()])),
                probe: None,
            },
        );
    });
    emulator.create_webhook(NewWebhook {
        uri: format!("http://hooks.example.com:{}/x", receiver.port()),
        ..hook(&receiver)
    });
    upload(&emulator).await;
    assert_eq!(receiver.posts().len(), 1);
    assert!(
        receiver.posts()[0]
            .header("host")
            .unwrap()
            .starts_with("hooks.example.com:")
    );
}

/// A receiver that is called and has not answered yet.
struct Held(tokio::net::TcpListener);

impl Held {
    async fn start() -> (Self, NewWebhook) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook = NewWebhook {
            uri: format!("http://{}/", listener.local_addr().unwrap()),
            ssl: false,
            ..NewWebhook::default()
        };
        (Self(listener), webhook)
    }

    async fn called(&self) -> tokio::net::TcpStream {
        self.0.accept().await.unwrap().0
    }
}

async fn accept(mut call: tokio::net::TcpStream) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    call.read_u8().await.unwrap();
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    call.write_all(answer).await.unwrap();
    call.shutdown().await.unwrap();
    // Closing with unread bytes would reset the connection and lose the answer.
    drop(call.read_to_end(&mut Vec::new()).await);
}

/// O6: who comes after the batch of a slow receiver waits for it.
#[tokio::test]
async fn a_batch_lasts_as_long_as_its_slowest_receiver() {
    let emulator = portal().await;
    emulator.change_settings(|settings| settings.sender_batch = 2);
    let (slow, webhook) = Held::start().await;
    emulator.create_webhook(webhook);
    let receiver = Receiver::start(&[200]).await;
    for _ in 0..2 {
        emulator.create_webhook(hook(&receiver));
    }
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    let call = slow.called().await;
    let state = |index: usize| emulator.deliveries()[index].state;
    eventually("the fast one of the batch is done", || {
        state(1) == DeliveryState::Delivered
    })
    .await;
    assert_eq!(receiver.posts().len(), 1);
    assert_eq!(state(2), DeliveryState::Queued);
    accept(call).await;
    assert!(emulator.deliveries_settled(LIMIT).await);
    assert_eq!(receiver.posts().len(), 2);
}

#[tokio::test]
async fn without_batches_nobody_waits_for_a_slow_receiver() {
    let emulator = portal().await;
    let (slow, webhook) = Held::start().await;
    emulator.create_webhook(webhook);
    let receiver = Receiver::start(&[200]).await;
    for _ in 0..2 {
        emulator.create_webhook(hook(&receiver));
    }
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    let call = slow.called().await;
    eventually("the others are done", || receiver.posts().len() == 2).await;
    accept(call).await;
    assert!(emulator.deliveries_settled(LIMIT).await);
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_the_next_retry() {
    let emulator = portal().await;
    emulator.change_settings(|settings| settings.delivery_speed = 0.001);
    let receiver = Receiver::start(&[503]).await;
    emulator.create_webhook(hook(&receiver));
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    // At this speed the queue would be looked at in an hour and a half.
    tokio::time::timeout(LIMIT, emulator.shutdown())
        .await
        .expect("an end before the queue is looked at");
    assert!(receiver.posts().is_empty());
}

#[tokio::test]
async fn journal_and_webhook_learn_of_a_delivery_when_all_is_over() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let emulator = portal().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    let id = emulator
        .create_webhook(NewWebhook {
            uri,
            ssl: false,
            ..NewWebhook::default()
        })
        .id;
    emulator.raise_event(&Event::new(256, "1")).unwrap();
    let (mut first, _) = listener.accept().await.unwrap();
    first.read_u8().await.unwrap();
    let refusal =
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    first.write_all(refusal).await.unwrap();
    // The second attempt is never answered.
    let _second = listener.accept().await.unwrap();
    let entry = emulator.deliveries().remove(0);
    assert_eq!((entry.attempts, entry.status), (1, 0));
    assert_eq!(entry.request_headers, None);
    let stored = emulator.webhook(id).unwrap();
    assert_eq!((stored.modified_on, stored.last_failure_on), (None, None));
}

#[tokio::test]
async fn the_first_modifier_stays_even_if_it_was_a_delivery() {
    let (emulator, client) = {
        let mut config = Config::offline();
        config.settings.blacklist.clear();
        config.settings.delivery_speed = SPEED;
        start(config).await
    };
    let receiver = Receiver::start(&[200]).await;
    let id = emulator.create_webhook(hook(&receiver)).id;
    upload(&emulator).await;
    let system = emulator.webhook(id).unwrap().modified_by;
    assert_ne!(system.as_deref(), Some(docspace_emulator::OWNER_ID));
    let update = serde_json::json!({"id": id, "name": "b", "uri": receiver.url()});
    let updated = client
        .put("/api/2.0/settings/webhook", &update)
        .await
        .json();
    assert_eq!(
        updated["response"]["modifiedBy"]["id"],
        system.unwrap(),
        "not the caller"
    );
}
