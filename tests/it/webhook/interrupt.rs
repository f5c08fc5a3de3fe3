//! Ctrl-C, signals and sudden ends in the middle of a change (product §9, TPP §3.4).
//!
//! What runs is finished or resolved and its outcome saved, nothing new is started, and the next plain
//! commands converge. Only what a SIGKILL cut off cannot be saved: the next plan names it.

use std::collections::BTreeSet;
use std::sync::Arc;

use docspace_emulator::Profile;
use serde_json::json;
use tokio::process::Command;
use tokio::task::JoinHandle;

use super::{Portal, webhook, with};
use crate::commands::{Configuration, Workspace, one};
use crate::host::diagnostics::Answer;
use crate::host::process::eventually;
use crate::host::verbs::{Plan, State};
use crate::host::{Exit, Host};
use crate::portal::on;

const NAME: &str = "docspace_webhook";
const POST: &str = "POST /webhook";
const PUT: &str = "PUT /webhook";
const SWITCH: &str = "PUT /webhook/enable";
/// For how many milliseconds a request is under way that an interrupt or an end has to meet, on a busy machine too.
const LONG: u64 = 3_000;

/// Waits until a write has arrived at the portal.
async fn arrival(portal: &Portal) {
    eventually("a write to arrive", || {
        let log = portal.emulator.request_log();
        log.iter().any(|entry| entry.method != "GET").then_some(())
    })
    .await;
}

/// The writes that the portal saw.
fn writes(portal: &Portal) -> Vec<String> {
    let requests = portal.requests().into_iter();
    requests
        .filter(|request| !request.starts_with("GET "))
        .collect()
}

fn three() -> Configuration {
    let configs = (0..3).map(|n| {
        let named = with(&webhook(), json!({"name": format!("Webhook {n}")}));
        (format!("it{n}"), named)
    });
    configs.collect()
}

#[tokio::test]
async fn a_create_under_way_is_finished_and_saved() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).delay_ms(500));
    let host = directory.process().await;
    let plan = host.plan_create(NAME, webhook()).await.quiet();
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    let state = applied.quiet().unwrap();
    assert_eq!(state.value["id"], "1");
    assert!(!state.tainted);
    host.stop().await;
    directory.state.insert("it".to_owned(), state);
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn a_create_that_waits_for_its_turn_is_not_sent_any_more() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_concurrent_writes", json!(1));
    portal.fault(on(POST).times(1).delay_ms(LONG));
    let host = directory.process().await;
    let mut plans = Vec::new();
    for config in three().into_values() {
        plans.push(host.plan_create(NAME, config).await.quiet());
    }
    let [a, b, c] = plans.as_slice() else {
        panic!("three plans");
    };
    let (a, b, c, ()) = tokio::join!(host.apply(a), host.apply(b), host.apply(c), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    host.stop().await;
    assert_eq!(writes(&portal), [POST]);
    let mut refused = 0;
    for (address, applied) in ["it0", "it1", "it2"].into_iter().zip([a, b, c]) {
        if let Some(Some(state)) = applied.result.clone() {
            directory.state.insert(address.to_owned(), state);
        } else {
            let error = applied.refused_at("");
            assert!(
                error
                    .detail
                    .contains("was not sent, because the run was interrupted"),
                "{error:?}"
            );
            refused += 1;
        }
    }
    assert_eq!((directory.state.len(), refused), (1, 2));
    directory.apply(&three()).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 3);
    directory.plan(&three()).await.empty();
}

/// Terraform stops every process of a walk, also one that it is just about to configure.
#[tokio::test]
async fn an_interrupt_that_overtakes_the_configuration_is_not_lost() {
    let portal = Portal::start().await;
    let host = Host::start().await;
    host.interrupt().await;
    host.configure(portal.provider()).await.quiet();
    let plan = host.plan_create(NAME, webhook()).await.quiet();
    let error = host.apply(&plan).await.refused_at("");
    let reason = "was not sent, because the run was interrupted";
    assert!(error.detail.contains(reason), "{error:?}");
    assert_eq!(writes(&portal), [""; 0]);
    host.stop().await;
}

/// The list is not watched to the end, and the request is not repeated: both would take long.
#[tokio::test]
async fn waiting_for_a_lost_create_ends_at_once() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).times(1).reset());
    let host = directory.process().await;
    let plan = host.plan_create(NAME, webhook()).await.quiet();
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    host.stop().await;
    assert_eq!(applied.result, Some(None));
    let error = applied.refused_at("");
    assert!(
        error.detail.contains("interrupted before it was certain"),
        "{error:?}"
    );
    assert!(
        error
            .detail
            .contains("did create a webhook named \"CI events\""),
        "{error:?}"
    );
    assert_eq!(writes(&portal), [POST]);
    directory.apply(&one(&webhook())).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

/// How long absence means nothing depends on the portal's version. The catalog tells it; if that cannot be read, the
/// version itself is asked for; and if nothing can be learned, the longest time holds.
#[tokio::test]
async fn the_wait_for_a_lost_create_is_bounded_logged_and_ended_by_an_interrupt() {
    const CATALOG: &str = "GET /webhook/triggers";
    const VERSION: &str = "GET /version/build";
    for (profile, unreadable, seconds) in [
        (Profile::V3_7, &[][..], 15),
        (Profile::V3_7, &[CATALOG], 15),
        (Profile::V3_7, &[CATALOG, VERSION], 110),
        (Profile::V3_6, &[], 110),
        (Profile::V3_6, &[CATALOG], 110),
    ] {
        let portal = Portal::of(profile).await;
        let directory = portal.workspace().env("TF_LOG", "WARN");
        let directory = directory.also("max_retries", json!(0));
        for request in unreadable {
            portal.fault(on(request).respond(503, &[], ""));
        }
        portal.fault(on(POST).times(1).reset());
        let host = directory.process().await;
        // What cannot be asked is warned of.
        let plan = host.plan_create(NAME, webhook()).await.ok();
        let (applied, ()) = tokio::join!(host.apply(&plan), async {
            arrival(&portal).await;
            host.interrupt().await;
        });
        let error = applied.refused_at("");
        let reason = "interrupted before it was certain";
        assert!(error.detail.contains(reason), "{profile:?}: {error:?}");
        assert_eq!(writes(&portal), [POST], "{profile:?}");
        let waits = host.stop().await.into_iter();
        let waits: Vec<_> = waits
            .filter_map(|record| record.fields.get("longest_wait_s").cloned())
            .collect();
        assert_eq!(waits, [json!(seconds)], "{profile:?}, {unreadable:?}");
    }
}

#[tokio::test]
async fn a_lost_create_is_looked_for_once_more_before_the_end() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).after_storing().delay_ms(500).reset());
    let host = directory.process().await;
    let plan = host.plan_create(NAME, webhook()).await.quiet();
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    host.stop().await;
    assert_eq!(
        applied.diagnostics[0].summary,
        "Webhook \"CI events\" was adopted after a lost answer (id 1)"
    );
    directory
        .state
        .insert("it".to_owned(), applied.ok().unwrap());
    directory.plan(&one(&webhook())).await.empty();
}

#[tokio::test]
async fn an_update_that_would_be_repeated_is_not() {
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    portal.fault(on(PUT).respond(503, &[("Retry-After", "60")], ""));
    let host = directory.process().await;
    let renamed = with(&webhook(), json!({"name": "Other"}));
    let plan = host
        .plan(NAME, Some(directory.it()), renamed.clone())
        .await
        .quiet();
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    host.stop().await;
    assert_eq!(writes(&portal), [PUT]);
    assert_eq!(
        applied.result.as_ref().unwrap().as_ref(),
        Some(directory.it())
    );
    applied.refused_at("");
    portal.emulator.clear_faults();
    directory.apply(&one(&renamed)).await.quiet();
}

#[tokio::test]
async fn a_deletion_that_waits_for_its_turn_keeps_the_webhook() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_concurrent_writes", json!(1));
    directory.apply(&three()).await.quiet();
    portal.take();
    portal.fault(on("DELETE /webhook/*").times(1).delay_ms(LONG));
    let host = directory.process().await;
    let mut plans = Vec::new();
    for state in directory.state.values() {
        plans.push(host.plan_destroy(state).await.quiet());
    }
    let (a, b, ()) = tokio::join!(host.apply(&plans[0]), host.apply(&plans[1]), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    host.stop().await;
    let left: Vec<_> = [a, b]
        .into_iter()
        .filter_map(|applied| applied.result.unwrap())
        .collect();
    assert_eq!(left.len(), 1);
    assert_eq!(writes(&portal).len(), 1);
    assert_eq!(portal.emulator.webhooks().len(), 2);
}

#[tokio::test]
async fn reading_goes_on_after_an_interrupt() {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let host = directory.process().await;
    host.interrupt().await;
    host.interrupt().await;
    host.read(directory.it()).await.quiet();
    host.stop().await;
}

#[tokio::test]
async fn a_read_that_is_not_answered_ends_with_the_run() {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let stalled = portal.fault(on("GET /webhook").stall());
    let host = directory.process().await;
    let (read, ()) = tokio::join!(host.read(directory.it()), async {
        eventually("the list to be asked for", || {
            (portal.emulator.fault_hits(stalled) == 1).then_some(())
        })
        .await;
        host.interrupt().await;
    });
    let error = read.refused_at("");
    assert!(
        error
            .detail
            .contains("interrupted before the portal answered"),
        "{error:?}"
    );
    host.stop().await;
}

/// A process in the middle of carrying out a plan.
struct Busy {
    host: Arc<Host>,
    pid: u32,
    call: JoinHandle<Answer<Option<State>>>,
}

impl Busy {
    /// Starts carrying out a plan and waits until the request is at the portal.
    async fn start(portal: &Portal, mut host: Host, plan: Plan) -> Self {
        let pid = host.process().pid();
        let host = Arc::new(host);
        let caller = Arc::clone(&host);
        let call = tokio::spawn(async move { caller.apply(&plan).await });
        arrival(portal).await;
        Self { host, pid, call }
    }

    async fn signal(&self, name: &str) {
        let pid = self.pid.to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status()
            .await
            .unwrap();
        assert!(sent.success());
    }

    /// Kills the process, as the kernel does when memory is short. The call fails.
    async fn kill(self) {
        self.signal("KILL").await;
        assert!(
            self.call.await.unwrap_err().is_panic(),
            "core gets an error from a dead plugin"
        );
        let mut process = Arc::into_inner(self.host).unwrap().hang_up();
        let exit = process.exit_within(crate::host::process::PATIENCE).await;
        assert_eq!(exit.code, None);
    }
}

async fn plan_of(directory: &Workspace, config: serde_json::Value) -> (Host, Plan) {
    let host = directory.process().await;
    let plan = host
        .plan(NAME, directory.state.get("it"), config)
        .await
        .quiet();
    (host, plan)
}

/// Nothing can be recorded here; but nothing is doubled, and the next plan says what to do.
#[tokio::test]
async fn a_webhook_whose_provider_was_killed_is_named_by_the_next_plan() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).times(1).after_storing().stall());
    let (host, plan) = plan_of(&directory, webhook()).await;
    let busy = Busy::start(&portal, host, plan).await;
    eventually("the webhook to be stored", || portal.emulator.webhook(1)).await;
    busy.kill().await;

    let planned = directory.plan(&one(&webhook())).await;
    let warning = planned
        .report
        .warning("Webhook \"CI events\" already exists (id 1)");
    assert!(
        warning
            .detail
            .contains("import {\n  to = docspace_webhook.example\n  id = \"1\"\n}"),
        "{warning:?}"
    );
    let report = directory.carry_out(planned).await;
    report.error("Webhook \"CI events\" already exists (id 1)");
    assert_eq!(portal.emulator.webhooks().len(), 1);
    directory.import("1").await.quiet();
    directory.apply(&one(&webhook())).await.quiet();
    directory.plan(&one(&webhook())).await.empty();
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

#[tokio::test]
async fn a_create_that_was_killed_before_it_was_stored_is_made_by_the_next_apply() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).times(1).stall());
    let (host, plan) = plan_of(&directory, webhook()).await;
    Busy::start(&portal, host, plan).await.kill().await;
    directory.apply(&one(&webhook())).await.quiet();
    assert_eq!(portal.emulator.webhooks().len(), 1);
}

/// Core keeps the attributes of an update that was killed and drops private state and identity
/// (TPP §7.3), and with them the hash of the secret.
#[tokio::test]
async fn an_update_that_was_killed_converges_by_itself() {
    for stored in [true, false] {
        let portal = Portal::start().await;
        let automatic = json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42"});
        let mut directory = portal.settled(&with(&webhook(), automatic.clone())).await;
        let fault = on(PUT).times(1).stall();
        portal.fault(if stored { fault.after_storing() } else { fault });
        let renamed = with(&with(&webhook(), automatic), json!({"name": "Other"}));
        let (host, plan) = plan_of(&directory, renamed.clone()).await;
        let busy = Busy::start(&portal, host, plan).await;
        if stored {
            eventually("the change to be stored", || {
                (portal.only().name == "Other").then_some(())
            })
            .await;
        }
        busy.kill().await;
        let state = directory.state.get_mut("it").unwrap();
        state.private.clear();
        state.identity = None;
        directory.apply(&one(&renamed)).await.quiet();
        directory.plan(&one(&renamed)).await.empty();
        assert_eq!(portal.only().name, "Other");
        assert!(portal.emulator.secret_is(1, "S3cret-Key-42"));
        assert_eq!(directory.it().identity, Some(json!({"id": "1"})));
    }
}

/// Starts to create these and kills Terraform once so many of the writes are at the portal. Returns how the plugin ends.
async fn abandon(
    portal: &Portal,
    directory: &Workspace,
    configs: Configuration,
    at: usize,
) -> Exit {
    let host = Arc::new(directory.process().await);
    let mut calls = Vec::new();
    for config in configs.into_values() {
        let plan = host.plan_create(NAME, config).await.quiet();
        let caller = Arc::clone(&host);
        calls.push(tokio::spawn(async move { caller.apply(&plan).await }));
    }
    eventually("the writes to arrive", || {
        let log = portal.emulator.request_log();
        let writes = log.iter().filter(|entry| entry.method != "GET").count();
        (writes >= at).then_some(())
    })
    .await;
    for call in calls {
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
    }
    Arc::into_inner(host).unwrap().hang_up().exit().await
}

/// The two requests of a webhook that is switched off are one operation.
#[tokio::test]
async fn the_second_request_of_a_create_is_sent_after_an_interrupt() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let off = with(&webhook(), json!({"enabled": false}));
    portal.fault(on(POST).times(1).delay_ms(500));
    portal.fault(on(SWITCH).times(1).respond(503, &[], ""));
    let host = directory.process().await;
    let plan = host.plan_create(NAME, off.clone()).await.quiet();
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        arrival(&portal).await;
        host.interrupt().await;
    });
    let state = applied.quiet().unwrap();
    host.stop().await;
    assert_eq!(writes(&portal), [POST, SWITCH, SWITCH]);
    assert!(!portal.only().enabled);
    directory.state.insert("it".to_owned(), state);
    directory.plan(&one(&off)).await.empty();
}

#[tokio::test]
async fn the_second_request_of_a_create_is_sent_when_terraform_is_gone() {
    let portal = Portal::start().await;
    let directory = portal.workspace();
    let off = with(&webhook(), json!({"enabled": false}));
    portal.fault(on(POST).times(1).delay_ms(LONG));
    let exit = abandon(&portal, &directory, one(&off), 1).await;
    assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""));
    assert!(!portal.only().enabled);
}

/// Nobody could record it: the next plan names the webhook, and an apply after its import switches it off in place.
#[tokio::test]
async fn a_provider_that_is_killed_between_the_two_requests_leaves_one_webhook_that_converges() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    let off = with(&webhook(), json!({"enabled": false}));
    portal.fault(on(SWITCH).times(1).stall());
    let (host, plan) = plan_of(&directory, off.clone()).await;
    let busy = Busy::start(&portal, host, plan).await;
    eventually("the second request", || {
        let log = portal.emulator.request_log();
        log.iter()
            .any(|entry| entry.path.ends_with("/enable"))
            .then_some(())
    })
    .await;
    busy.kill().await;
    assert!(portal.only().enabled);
    let planned = directory.plan(&one(&off)).await;
    planned
        .report
        .warning("Webhook \"CI events\" already exists (id 1)");
    directory.import("1").await.quiet();
    directory.apply(&one(&off)).await.ok();
    assert!(!portal.only().enabled);
    directory.plan(&one(&off)).await.empty();
}

/// Terraform itself was killed: the plugin finishes what it has begun, and ends.
#[tokio::test]
async fn a_provider_whose_terraform_is_gone_finishes_and_ends() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    portal.fault(on(POST).times(1).delay_ms(LONG));
    let exit = abandon(&portal, &directory, one(&webhook()), 1).await;
    assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""));
    assert_eq!(portal.emulator.webhooks().len(), 1);
    let planned = directory.plan(&one(&webhook())).await;
    planned
        .report
        .warning("Webhook \"CI events\" already exists (id 1)");
}

/// Nobody could record it, so every write more would be one more webhook to import.
#[tokio::test]
async fn a_provider_whose_terraform_is_gone_starts_no_write_that_waits_for_its_turn() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().also("max_concurrent_writes", json!(2));
    portal.fault(on(POST).times(2).delay_ms(LONG));
    let configs = (0..5).map(|n| {
        let named = with(&webhook(), json!({"name": format!("Webhook {n}")}));
        (format!("it{n}"), named)
    });
    let configs: Configuration = configs.collect();
    let exit = abandon(&portal, &directory, configs.clone(), 2).await;
    assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""));
    assert_eq!(writes(&portal), [POST, POST]);
    assert_eq!(portal.emulator.webhooks().len(), 2);
    let planned = directory.plan(&configs).await;
    let warnings = planned.report.warnings().into_iter();
    let named: BTreeSet<String> = warnings.map(|said| said.summary.clone()).collect();
    let webhooks = portal.emulator.webhooks().into_iter();
    let there = webhooks.map(|it| format!("Webhook {:?} already exists (id {})", it.name, it.id));
    assert_eq!(named, there.collect::<BTreeSet<_>>());
}

#[tokio::test]
async fn a_provider_whose_terraform_is_gone_repeats_no_write() {
    let portal = Portal::start().await;
    let directory = portal.workspace();
    portal.fault(on(POST).times(1).respond(429, &[("Retry-After", "15")], ""));
    let exit = abandon(&portal, &directory, one(&webhook()), 1).await;
    assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""));
    assert_eq!(writes(&portal), [POST]);
    assert!(portal.emulator.webhooks().is_empty());
}

/// Otherwise the list would be watched for 15 seconds, and the request be repeated then.
#[tokio::test]
async fn a_provider_whose_terraform_is_gone_looks_once_for_a_lost_create() {
    let portal = Portal::start().await;
    let directory = portal.workspace().env("TF_LOG", "WARN");
    portal.fault(on(POST).times(1).delay_ms(LONG).reset());
    let exit = abandon(&portal, &directory, one(&webhook()), 1).await;
    assert_eq!(exit.code, Some(0));
    assert!(exit.stderr.contains("longest_wait_s"), "{}", exit.stderr);
    let requests = portal.requests();
    let after = requests.iter().skip_while(|request| *request != POST);
    assert_eq!(after.collect::<Vec<_>>(), [POST, "GET /webhook"]);
}

#[tokio::test]
async fn a_signal_does_not_cut_off_a_create() {
    for signals in [&["INT", "INT"][..], &["HUP"], &["TERM"]] {
        let portal = Portal::start().await;
        let mut directory = portal.workspace();
        portal.fault(on(POST).times(1).delay_ms(500));
        let (host, plan) = plan_of(&directory, webhook()).await;
        let busy = Busy::start(&portal, host, plan).await;
        for signal in signals {
            busy.signal(signal).await;
        }
        let Busy { host, call, .. } = busy;
        let state = call.await.unwrap().quiet().unwrap();
        let exit = Arc::into_inner(host).unwrap().hang_up().exit().await;
        assert_eq!(
            (exit.code, exit.stderr.as_str()),
            (Some(0), ""),
            "{signals:?}"
        );
        directory.state.insert("it".to_owned(), state);
        directory.plan(&one(&webhook())).await.empty();
    }
}
