//! Portals that throw secrets back, through the plugin host: in answers to what they were sent, and to
//! whoever asks.

use docspace_emulator::{Fault, WebhookPatch};
use serde_json::json;
use time::OffsetDateTime;

use super::host::{REDELIVER, SECRET, WEBHOOK, Watched, write_only};
use super::sentinels::{
    self, API, Answer, CREATED, KEY, REFUSED, ROTATED, answering, answers, refusal, webhook,
};
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::host::verbs::Query;

#[tokio::test]
async fn a_portal_that_repeats_the_secret_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let stored = watched
        .bring(None, &webhook("stored", &write_only(CREATED, Some(1))))
        .await;
    let stored = stored.ok().unwrap();
    for answer in answers(REFUSED) {
        let create = portal
            .add_fault(answering("POST", "/settings/webhook", &answer))
            .unwrap();
        let update = portal
            .add_fault(answering("PUT", "/settings/webhook", &answer))
            .unwrap();
        for version in [None, Some(2)] {
            let config = webhook("new", &write_only(REFUSED, version));
            let failed = watched.bring(None, &config).await;
            assert_eq!(failed.refused().len(), 1, "{}", answer.what);
            let config = webhook("stored", &write_only(REFUSED, version));
            let failed = watched.bring(Some(&stored), &config).await;
            assert_eq!(failed.refused().len(), 1, "{}", answer.what);
        }
        assert_eq!(portal.fault_hits(create), 2, "{}", answer.what);
        assert_eq!(portal.fault_hits(update), 2, "{}", answer.what);
        portal.clear_faults();
    }
    watched.end().await;
    assert_eq!(portal.webhooks().len(), 1);
}

#[tokio::test]
async fn a_portal_that_remembers_a_secret_is_not_quoted_either() {
    // The secret is not in the request; the portal has it from before.
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let config = |name: &str, enabled: bool| {
        let mut config = webhook(name, &write_only(CREATED, Some(1)));
        config["enabled"] = enabled.into();
        config
    };
    let stored = watched.bring(None, &config("ci", true)).await.ok().unwrap();
    let answer = &refusal(CREATED);
    for path in ["/settings/webhook", "/settings/webhook/enable"] {
        portal.add_fault(answering("PUT", path, answer)).unwrap();
    }
    for change in [config("renamed", true), config("ci", false)] {
        watched.bring(Some(&stored), &change).await.refused();
    }
    let log = portal.request_log();
    let puts = log.iter().filter(|entry| entry.method == "PUT");
    let bodies: Vec<_> = puts.map(|entry| entry.body.as_ref().unwrap()).collect();
    assert_eq!(bodies.len(), 2);
    assert!(bodies.iter().all(|body| body["secretKey"] != "<present>"));
    watched.end().await;
}

#[tokio::test]
async fn a_portal_that_repeats_the_secret_in_the_state_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let host = &watched.host;
    let config = |name: &str, secret: &str| webhook(name, &json!({ "secret_key": secret }));
    let plan = host
        .plan_create(WEBHOOK, config("ci", CREATED))
        .await
        .quiet();
    let stored = host.apply(&plan).await.quiet().unwrap();
    let answer = &refusal(CREATED);
    portal
        .add_fault(answering("PUT", "/settings/webhook", answer))
        .unwrap();
    portal
        .add_fault(answering("DELETE", "/settings/webhook/1", answer))
        .unwrap();
    for change in [
        config("renamed", CREATED),
        config("ci", ROTATED),
        webhook("ci", &write_only(ROTATED, Some(1))),
        webhook("renamed", &json!({})),
    ] {
        let plan = host.plan(WEBHOOK, Some(&stored), change).await.ok();
        let failed = host.apply(&plan).await;
        watched.check_said("a refused update", &failed.diagnostics);
        failed.refused();
    }
    let plan = host.plan_destroy(&stored).await.quiet();
    let failed = host.apply(&plan).await;
    watched.check_said("a refused deletion", &failed.diagnostics);
    failed.refused();
    watched.end().await;
}

#[tokio::test]
async fn what_the_portal_notes_of_a_failure_is_not_quoted_with_the_key() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let config = webhook("ci", &write_only(CREATED, Some(1)));
    let stored = watched.bring(None, &config).await.ok().unwrap();
    watched.end().await;
    portal.patch_webhook(
        1,
        WebhookPatch {
            enabled: Some(false),
            last_failure_on: Some(Some(OffsetDateTime::now_utc())),
            last_failure_content: Some(Some(sentinels::said(KEY))),
            ..WebhookPatch::default()
        },
    );
    let watched = Watched::start(&portal).await;
    let read = watched.host.read(&stored).await;
    watched.check_said("reading", &read.diagnostics);
    let [warning] = <[Diagnostic; 1]>::try_from(read.warned()).unwrap();
    assert!(warning.summary.contains("was switched off"), "{warning:?}");
    watched.end().await;
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let stored = watched
        .bring(None, &webhook("stored", &write_only(CREATED, Some(1))))
        .await;
    let stored = stored.ok().unwrap();
    let text = sentinels::said(REFUSED);
    for body in [
        text.clone(),
        json!(text).to_string(),
        json!({"response": {"id": text}}).to_string(),
        json!({"response": {text.clone(): text}}).to_string(),
        format!("{{\"{REFUSED}"),
    ] {
        let fault = Fault::on("PUT", &format!("{API}/settings/webhook"));
        let id = portal.add_fault(fault.respond(200, &[], &body)).unwrap();
        let config = webhook("stored", &write_only(REFUSED, Some(2)));
        watched.bring(Some(&stored), &config).await.refused();
        assert_eq!(portal.fault_hits(id), 1, "{body}");
        portal.clear_faults();
    }
    watched.end().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_behind_a_proxy_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let stored = watched
        .bring(None, &webhook("stored", &write_only(CREATED, Some(1))))
        .await;
    let stored = stored.ok().unwrap();
    let answer = Answer {
        status: 502,
        ..refusal(REFUSED)
    };
    let unreadable = answering("GET", "/settings/webhook", &refusal(KEY));
    portal
        .add_fault(answering("PUT", "/settings/webhook", &answer))
        .unwrap();
    portal.add_fault(unreadable.clone()).unwrap();
    let config = webhook("stored", &write_only(REFUSED, Some(2)));
    watched.bring(Some(&stored), &config).await.refused();

    // Nothing is created on a portal whose list cannot be read.
    portal.clear_faults();
    let config = webhook("new", &write_only(REFUSED, Some(1)));
    let plan = watched.host.plan(WEBHOOK, None, config).await.ok();
    let lost = portal
        .add_fault(answering("POST", "/settings/webhook", &answer))
        .unwrap();
    portal.add_fault(unreadable).unwrap();
    let interrupting = async {
        eventually("the request to be lost", || {
            (portal.fault_hits(lost) == 1).then_some(())
        })
        .await;
        // Otherwise the provider would look for the webhook until the portal cannot be making it any more.
        watched.host.interrupt().await;
    };
    let (applied, ()) = tokio::join!(watched.host.apply(&plan), interrupting);
    watched.check_said("a lost creation", &applied.diagnostics);
    applied.refused();
    watched.end().await;
}

/// A process that reads or deletes is not told a write-only secret, so it cannot know it again.
#[tokio::test]
async fn a_portal_that_tells_a_secret_to_whoever_asks_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let stored = watched
        .bring(None, &webhook("stored", &write_only(CREATED, Some(1))))
        .await;
    let stored = stored.ok().unwrap();
    watched.end().await;
    for answer in answers(CREATED) {
        let fault = answering("*", "/*", &answer);
        let id = portal.add_fault(fault).unwrap();
        let watched = Watched::start(&portal).await;
        let host = &watched.host;

        let read = host.read(&stored).await;
        watched.check_said("reading", &read.diagnostics);
        read.refused();
        let imported = host
            .import(WEBHOOK, "ci|https://hooks.example.com/docspace")
            .await;
        watched.check_said("importing", &imported.diagnostics);
        imported.refused();
        let listed = host.list(WEBHOOK, &Query::default()).await;
        watched.check_said("listing", &listed.diagnostics);
        listed.refused();
        let foreign = json!({"triggers": ["MeetingHeld"], "secret_key_wo": REFUSED});
        let planned = host.plan(WEBHOOK, None, webhook("new", &foreign)).await;
        watched.check_said("planning", &planned.diagnostics);
        assert!(!planned.diagnostics.is_empty(), "{}", answer.what);
        let plan = host.plan_destroy(&stored).await.quiet();
        let deleted = host.apply(&plan).await;
        watched.check_said("deleting", &deleted.diagnostics);
        deleted.refused();
        host.open(SECRET, json!({})).await.quiet();
        for config in [
            json!({"delivery_ids": [1]}),
            json!({"webhook_id": "1", "failed_since": "2026-01-01T00:00:00Z"}),
        ] {
            let invoked = host.invoke(REDELIVER, config).await;
            watched.check_said("redelivering", &invoked.diagnostics);
            invoked.refused();
        }
        watched.end().await;
        // What nobody can wait for is asked for once.
        assert!(portal.fault_hits(id) > 0, "{}", answer.what);
        portal.clear_faults();
    }
}

#[tokio::test]
async fn a_portal_that_tells_a_secret_to_one_question_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let config = webhook("ci", &write_only(CREATED, Some(1)));
    let stored = watched.bring(None, &config).await.ok().unwrap();
    watched.end().await;
    let mut absent = stored.clone();
    absent.value["id"] = json!("99");
    for path in [
        "/settings/webhook",
        "/settings/webhook/triggers",
        "/settings/security/password",
        "/people/@self",
    ] {
        for answer in [refusal(CREATED), answers(CREATED).swap_remove(6)] {
            let id = portal.add_fault(answering("GET", path, &answer)).unwrap();
            let watched = Watched::start(&portal).await;
            let host = &watched.host;
            for state in [&stored, &absent] {
                watched.check_said("reading", &host.read(state).await.diagnostics);
            }
            let mut new = webhook("new", &write_only(ROTATED, Some(2)));
            new["triggers"] = json!(["MeetingHeld"]);
            for prior in [None, Some(&stored)] {
                let planned = host.plan(WEBHOOK, prior, new.clone()).await;
                watched.check_said("planning", &planned.diagnostics);
            }
            watched.end().await;
            assert!(portal.fault_hits(id) > 0, "{path}");
            portal.clear_faults();
        }
    }
}

/// The secret of one webhook in an answer about another one, in the process that was given both.
#[tokio::test]
async fn a_portal_that_confuses_two_webhooks_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let other = webhook("other", &write_only(ROTATED, Some(1)));
    watched.bring(None, &other).await.ok();
    for method in ["POST", "PUT"] {
        let fault = answering(method, "/settings/webhook", &refusal(ROTATED));
        portal.add_fault(fault).unwrap();
    }
    let config = webhook("ci", &write_only(CREATED, Some(1)));
    let refused = watched.bring(None, &config).await.refused();
    assert!(refused[0].detail.contains("[redacted]"), "{refused:?}");
    watched.end().await;
}

/// A success is not quoted either, wherever the secret stands in it.
#[tokio::test]
async fn a_success_with_a_secret_in_it_is_not_quoted() {
    let portal = sentinels::portal().await;
    let watched = Watched::start(&portal).await;
    let config = webhook("ci", &write_only(CREATED, Some(1)));
    let stored = watched.bring(None, &config).await.ok().unwrap();
    watched.end().await;
    let old = ("/settings/webhook/triggers", 404, String::new());
    let catalog = |catalog| (old.0, 200, json!({ "response": catalog }).to_string());
    let version = json!({"response": {"docSpace": CREATED}}).to_string();
    let mut item = json!({"id": 1, "name": "ci", "uri": "https://hooks.example.com/docspace",
        "enabled": false, "ssl": true, "triggers": 256});
    item["lastFailureOn"] = json!(KEY);
    let list = json!({"response": [{"configs": item, "status": 0}]}).to_string();
    for answers in [
        vec![catalog(json!({ CREATED: "x" }))],
        vec![catalog(json!({ CREATED: 1_u64 << 50 }))],
        vec![catalog(json!([{"name": CREATED, "id": 1_u64 << 50}]))],
        vec![old.clone(), ("/settings/version/build", 200, version)],
        vec![("/settings/webhook", 200, list)],
    ] {
        let faults: Vec<_> = answers
            .iter()
            .map(|(path, status, body)| {
                let fault = Fault::on("GET", &format!("{API}{path}"));
                portal.add_fault(fault.respond(*status, &[], body)).unwrap()
            })
            .collect();
        let watched = Watched::start(&portal).await;
        let host = &watched.host;
        watched.check_said("reading", &host.read(&stored).await.diagnostics);
        let mut new = webhook("new", &write_only(ROTATED, Some(2)));
        new["triggers"] = json!(["MeetingHeld"]);
        let planned = host.plan(WEBHOOK, None, new).await;
        watched.check_said("planning", &planned.diagnostics);
        watched.end().await;
        for fault in faults {
            assert!(portal.fault_hits(fault) > 0, "{answers:?}");
        }
        portal.clear_faults();
    }
}
