use serde_json::{Value, json};

use super::{
    JOURNAL, REDELIVER, RETRY, deliver_to, long_ago, looks, only, portal, retries, scene, upload,
};
use crate::extras::receiver::Receiver;
use crate::extras::{Portal, on};
use crate::host::process::eventually;
use crate::host::value::unknown;
use crate::host::{Host, Launch};

/// Failures of two webhooks, all of which must stay as they are.
async fn failures() -> (Portal, Host) {
    let (portal, _, host) = scene(&[503]).await;
    deliver_to(&portal, &Receiver::start(&[503]).await.url());
    upload(&portal, 1).await;
    portal.requests();
    (portal, host)
}

/// Invokes with a configuration that was unknown in the plan and turned out as this.
async fn refuses(host: &Host, config: Value, path: &str, summary: &str) {
    let answer = host.invoke_late(REDELIVER, config.clone()).await;
    assert_eq!(answer.result.as_deref(), Some(&[][..]), "{config}");
    assert_eq!(answer.refused_at(path).summary, summary, "{config}");
}

#[tokio::test]
async fn a_choice_that_turns_out_to_be_none_repeats_nothing() {
    let (portal, host) = failures().await;
    for config in [
        json!({}),
        json!({"delivery_ids": null}),
        json!({"webhook_id": "1", "failed_since": null}),
        json!({"webhook_id": null, "failed_since": long_ago()}),
        json!({"delivery_ids": [1], "webhook_id": "1", "failed_since": long_ago()}),
    ] {
        refuses(&host, config, "", "Unclear what to redeliver").await;
    }
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

#[tokio::test]
async fn values_that_turn_out_invalid_repeat_nothing() {
    let (portal, host) = failures().await;
    let too_many: Vec<u32> = (1..=1500).collect();
    for ids in [json!([1.5, -3, null]), json!([]), json!(too_many)] {
        let config = json!({ "delivery_ids": ids });
        refuses(&host, config, "delivery_ids", "Invalid delivery ids").await;
    }
    let config = json!({"webhook_id": "1", "failed_since": "soon"});
    refuses(&host, config, "failed_since", "Invalid date").await;
    let config = json!({"webhook_id": "uploads", "failed_since": long_ago()});
    refuses(&host, config, "webhook_id", "Invalid webhook id").await;
    assert_eq!(portal.requests(), Vec::<String>::new());
    host.stop().await;
}

/// In the validation walk every root variable is unknown, set or not.
#[tokio::test]
async fn what_may_still_turn_out_right_is_no_error() {
    let host = Host::start().await;
    let set = json!({"delivery_ids": [1], "webhook_id": "1", "failed_since": long_ago()});
    let is_valid = |ids: bool, webhook: bool, since: bool| {
        if ids {
            !webhook && !since
        } else {
            webhook && since
        }
    };
    // Each argument is null, set or unknown.
    for case in 0..27 {
        let kinds = [case % 3, case / 3 % 3, case / 9];
        let mut config = json!({});
        for (name, kind) in ["delivery_ids", "webhook_id", "failed_since"]
            .iter()
            .zip(kinds)
        {
            config[name] = [Value::Null, set[name].clone(), unknown()][kind].clone();
        }
        let may_be =
            |argument: usize, set: bool| kinds[argument] == 2 || (kinds[argument] == 1) == set;
        let outcomes = (0..8).map(|bits| [bits & 1 != 0, bits & 2 != 0, bits & 4 != 0]);
        let is_possible = outcomes
            .filter(|it| (0..3).all(|argument| may_be(argument, it[argument])))
            .any(|[ids, webhook, since]| is_valid(ids, webhook, since));
        for answer in [
            host.validate_action(REDELIVER, &config).await,
            host.plan_action(REDELIVER, &config).await,
        ] {
            if is_possible {
                answer.quiet();
            } else {
                let error = answer.refused_at("");
                assert_eq!(error.summary, "Unclear what to redeliver", "{config}");
            }
        }
    }
    host.stop().await;
}

/// An unknown element may turn out to equal a known one.
#[tokio::test]
async fn unknown_elements_do_not_count() {
    let host = Host::start().await;
    let mut ids: Vec<Value> = (1..=1000).map(Value::from).collect();
    ids.push(unknown());
    let config = json!({ "delivery_ids": ids });
    host.validate_action(REDELIVER, &config).await.quiet();
    host.stop().await;
}

/// A process whose log can be read.
async fn talkative(portal: &Portal) -> Host {
    let host = Host::launch(Launch::as_host().log("WARN")).await;
    portal.configured(host).await
}

#[tokio::test]
async fn a_cancelled_action_waits_for_nothing_any_more() {
    let (portal, _receiver, quiet) = scene(&[200]).await;
    quiet.stop().await;
    let ids = upload(&portal, 1).await;
    // The portal does not look into its queue for as long as this test may last.
    portal
        .emulator
        .change_settings(|settings| settings.delivery_speed = 0.001);
    let mut host = talkative(&portal).await;
    let seen = looks(&portal);
    let events = host
        .start_action(REDELIVER, json!({ "delivery_ids": ids }))
        .await;
    eventually("a look at the journal", || {
        (looks(&portal) > seen).then_some(())
    })
    .await;
    drop(events);
    let log = host.process().stderr_with("the action was cancelled").await;
    assert!(log.contains("continues with what it has queued"), "{log}");
    assert_eq!(retries(&portal), 1);
    host.stop().await;
}

#[tokio::test]
async fn a_cancelled_action_repeats_nothing_that_it_has_not_asked_for() {
    let (portal, _receiver, quiet) = scene(&[503]).await;
    quiet.stop().await;
    upload(&portal, 1).await;
    let stalled = portal.fault(on(JOURNAL).stall());
    let mut host = talkative(&portal).await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let events = host.start_action(REDELIVER, config).await;
    eventually("a look at the journal", || {
        (portal.emulator.fault_hits(stalled) == 1).then_some(())
    })
    .await;
    drop(events);
    let log = host.process().stderr_with("the action was cancelled").await;
    assert!(log.contains("before anything was redelivered"), "{log}");
    assert_eq!(retries(&portal), 0);
    host.stop().await;
}

/// The request is not cut off: half sent, nobody would know what became of it.
#[tokio::test]
async fn a_request_that_was_sent_stays_sent_when_the_action_is_cancelled() {
    let (portal, _receiver, quiet) = scene(&[200]).await;
    quiet.stop().await;
    let ids = upload(&portal, 1).await;
    portal.fault(on(RETRY).delay_ms(500));
    let mut host = talkative(&portal).await;
    let events = host
        .start_action(REDELIVER, json!({ "delivery_ids": ids }))
        .await;
    eventually("the request", || {
        let log = portal.emulator.request_log();
        log.iter().any(|it| it.method == "PUT").then_some(())
    })
    .await;
    drop(events);
    host.process()
        .stderr_with("continues with what it has queued")
        .await;
    assert_eq!(portal.emulator.deliveries().len(), ids.len() + 1);
    host.stop().await;
}

#[tokio::test]
async fn an_interrupt_ends_an_action_whose_portal_does_not_answer() {
    let portal = portal().await;
    let stalled = portal.fault(on(JOURNAL).stall());
    let host = portal.host().await;
    let config = json!({"webhook_id": "1", "failed_since": long_ago()});
    let interrupting = async {
        eventually("a look at the journal", || {
            (portal.emulator.fault_hits(stalled) == 1).then_some(())
        })
        .await;
        host.interrupt().await;
    };
    let (invoked, ()) = tokio::join!(host.invoke(REDELIVER, config), interrupting);
    let error = only(invoked.refused());
    assert!(
        error
            .detail
            .contains("interrupted before the portal answered"),
        "{error:?}"
    );
    host.stop().await;
}
