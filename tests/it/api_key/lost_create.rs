//! A creation whose answer is lost: no key is made twice, none is deleted, and what nobody holds is named.

use docspace_emulator::{Credential, FaultAction, FaultTruncation, OWNER_ID};
use serde_json::json;

use super::{LIST, ON_LIST, ON_POST, OWN, POST, directory, key, made, only, requests_of_create};
use crate::commands::{Report, one};
use crate::host::process::eventually;
use crate::portal::{Portal, on};
use crate::webhook::fault;

const LEFT: &str = "API key \"CI\" may exist without anyone having its value";

/// Insists that a report names these keys and the way to delete them.
#[track_caller]
fn names(report: &Report, portal: &Portal) {
    let error = report.error(LEFT);
    for key in made(portal) {
        let postfix: String = {
            use secrecy::ExposeSecret as _;
            let value = key.credential.value.expose_secret();
            value.chars().skip(value.len() - 4).collect()
        };
        for part in [
            key.id.as_str(),
            &format!("ending in {postfix}"),
            &format!("/api/2.0/keys/{}", key.id),
            "Nothing was deleted",
        ] {
            assert!(error.detail.contains(part), "{part}: {error:?}");
        }
    }
}

/// The answer to a POST that was carried out is lost in every way there is.
#[tokio::test]
async fn a_key_that_was_made_and_not_received_is_named_and_kept() {
    for name in [
        "reset after",
        "close after",
        "504 after",
        "502 after",
        "garbage after",
        "web page after",
        "nothing in it after",
        "empty object after",
        "another id after",
        "500 after",
        "truncated",
        "headers only",
    ] {
        let portal = Portal::start().await;
        let mut directory = directory(&portal);
        portal.fault(fault(name, ON_POST));
        let report = directory.apply(&one(&key())).await;
        names(&report, &portal);
        assert_eq!(made(&portal).len(), 1, "{name}");
        assert!(directory.state.is_empty(), "{name}");
        assert_eq!(
            requests_of_create(&portal),
            [LIST, OWN, POST, LIST, "GET /people/@self"],
            "{name}"
        );
        directory.apply(&one(&key())).await.quiet();
        assert_eq!(made(&portal).len(), 2, "{name}");
    }
}

/// It is waited for until the portal cannot be working on it any more, then sent once more.
#[tokio::test]
async fn a_key_that_was_not_made_is_asked_for_once_more() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    portal.fault(fault("reset", ON_POST));
    let report = directory.apply(&one(&key())).await;
    assert!(!report.has_errors(), "{report:?}");
    only(&portal);
    let mut requests = requests_of_create(&portal);
    requests.dedup();
    assert_eq!(requests, [LIST, OWN, POST, LIST, POST]);
    directory.plan(&one(&key())).await.empty();
}

/// A refusal of the second request says nothing of the first.
#[tokio::test]
async fn a_second_request_that_is_refused_does_not_hide_the_first() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    portal.fault(fault("reset", ON_POST));
    portal.fault(on(ON_POST).skip(1).respond(403, &[], ""));
    let report = directory.apply(&one(&key())).await;
    let errors = report.errors();
    assert_eq!(errors.len(), 1);
    let detail = &errors[0].detail;
    assert!(
        detail.contains("the answer to the first was lost"),
        "{detail}"
    );
    let requests = portal.all_requests();
    // A last look comes after the refusal.
    let after = requests.rsplit(|request| request == POST).next().unwrap();
    assert!(after.contains(&LIST.to_owned()), "{requests:?}");
}

#[tokio::test]
async fn a_portal_that_never_answers_is_given_up_after_two_requests() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    portal.fault(on(ON_POST).action(FaultAction::Close));
    let report = directory.apply(&one(&key())).await;
    let errors = report.errors();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].detail.contains("sent twice"), "{errors:?}");
    let requests = portal.all_requests();
    let posts = requests.iter().filter(|request| *request == POST).count();
    assert_eq!(posts, 2);
    assert!(made(&portal).is_empty() && directory.state.is_empty());
}

/// A proxy can dislike the answer that has the key in it.
#[tokio::test]
async fn a_page_of_a_proxy_in_place_of_the_key_does_not_hide_it() {
    for status in [401, 403] {
        let portal = Portal::start().await;
        let mut directory = directory(&portal);
        let page = [("Content-Type", "text/html")];
        let refusal = on(ON_POST).after_storing();
        portal.fault(refusal.respond(status, &page, "<html>Blocked</html>"));
        names(&directory.apply(&one(&key())).await, &portal);
        assert_eq!(made(&portal).len(), 1);
    }
}

/// Names repeat: what was there before, what others made and what has another name is none of it.
#[tokio::test]
async fn only_new_keys_of_this_name_and_user_count() {
    let portal = Portal::start().await;
    let user = "00000000-0000-0000-0000-000000000007";
    portal.emulator.put_user(docspace_emulator::User::new(
        user,
        docspace_emulator::Role::User,
    ));
    let named = |name: &str, user: &str| Credential {
        name: name.to_owned(),
        ..Credential::api_key(format!("sk-{name}-{user}"), user)
    };
    portal.emulator.add_credential(named("CI", OWNER_ID));
    let mut directory = directory(&portal);
    portal.fault(
        on(ON_POST)
            .delay_ms(300)
            .times(1)
            .action(FaultAction::Reset),
    );
    let config = one(&key());
    let applying = directory.apply(&config);
    let meanwhile = async {
        eventually("the POST to arrive", || {
            let log = portal.emulator.request_log();
            log.iter().any(|entry| entry.method == "POST").then_some(())
        })
        .await;
        portal.emulator.add_credential(named("CI", user));
        portal.emulator.add_credential(named("CD", OWNER_ID));
    };
    let (report, ()) = tokio::join!(applying, meanwhile);
    assert!(!report.has_errors(), "{report:?}");
    assert_eq!(made(&portal).len(), 4);
    directory.plan(&config).await.empty();
}

/// Nothing is sent that nobody could find again.
#[tokio::test]
async fn nothing_is_made_without_a_list_from_before() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal).also("max_retries", json!(0));
    for name in ["503", "500", "403 scope", "garbage", "reset"] {
        portal.fault(fault(name, ON_LIST));
        let report = directory.apply(&one(&key())).await;
        let error = report.error("Could not create the API key");
        assert!(error.detail.ends_with("Nothing was created."), "{error:?}");
    }
    assert!(!portal.all_requests().contains(&POST.to_owned()));
    assert!(made(&portal).is_empty());
}

#[tokio::test]
async fn a_lost_key_that_cannot_be_looked_for_is_told() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal).also("max_retries", json!(0));
    let cut = FaultAction::Truncate(FaultTruncation::default());
    portal.fault(on(ON_POST).times(1).action(cut));
    portal.fault(on(ON_LIST).skip(1).respond(403, &[], ""));
    let report = directory.apply(&one(&key())).await;
    let errors = report.errors();
    assert_eq!(errors.len(), 1);
    assert!(
        errors[0].detail.contains("could not be checked"),
        "{errors:?}"
    );
    assert!(
        errors[0].detail.contains("no one would have its value"),
        "{errors:?}"
    );
}

/// Two keys of one name are made one after the other, so that neither is taken for the lost one.
#[tokio::test]
async fn keys_of_one_name_are_told_apart() {
    let portal = Portal::start().await;
    let mut directory = directory(&portal);
    portal.fault(on(ON_POST).nth(2).after_storing().reset());
    let two: crate::commands::Configuration = ["one", "other"]
        .map(|address| (address.to_owned(), key()))
        .into();
    let report = directory.apply(&two).await;
    let stored = directory.state.values().next().unwrap().value["id"].clone();
    let error = report.error(LEFT);
    assert!(
        !error.detail.contains(stored.as_str().unwrap()),
        "{error:?}"
    );
    let lost = made(&portal).pop().unwrap();
    assert!(error.detail.contains(&lost.id), "{error:?}");
    assert_eq!(directory.state.len(), 1);
}

#[tokio::test]
async fn an_interrupt_ends_the_wait_for_a_lost_key() {
    let portal = Portal::start().await;
    let host = portal.host().await;
    let plan = host.plan_create(super::API_KEY, key()).await.quiet();
    portal.fault(on(ON_POST).reset());
    let (applied, ()) = tokio::join!(host.apply(&plan), async {
        eventually("the list to be looked at", || {
            let log = portal.emulator.request_log();
            let mut since = log.iter().skip_while(|entry| entry.method != "POST");
            since.any(|entry| entry.method == "GET").then_some(())
        })
        .await;
        host.interrupt().await;
    });
    let error = applied.refused();
    assert!(
        error[0].detail.contains("The run was interrupted"),
        "{error:?}"
    );
    let requests = portal.all_requests();
    let posts = requests.iter().filter(|request| *request == POST).count();
    assert_eq!(posts, 1);
    host.stop().await;
}
