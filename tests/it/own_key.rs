//! The key that the provider runs with, and every resource that writes: it is asked for once, before the first write, and
//! for a new webhook beside what its plan asks.

use docspace_emulator::{Credential, OWNER_ID};
use serde_json::{Value, json};

use crate::commands::{Configuration, Workspace, one};
use crate::portal::{OWN_KEY, Portal, on, webhook, with};

/// The resources but that of keys themselves: the type, a configuration, and one that changes it.
fn nouns() -> [(&'static str, Value, Value); 3] {
    let renamed = with(&webhook(), json!({"name": "Renamed"}));
    [
        ("docspace_webhook", webhook(), renamed),
        (
            "docspace_embedding",
            json!({"domains": ["a.example"]}),
            json!({"domains": ["b.example"]}),
        ),
        (
            "docspace_developer_tools",
            json!({"limited_to_admins": true}),
            json!({"limited_to_admins": false}),
        ),
    ]
}

/// How often the portal was asked for the key, and how often something was written.
fn asked_and_written(portal: &Portal) -> (usize, usize) {
    let requests = portal.all_requests();
    let count = |is: &dyn Fn(&String) -> bool| requests.iter().filter(|one| is(one)).count();
    (
        count(&|request| request == OWN_KEY),
        count(&|request| !request.starts_with("GET ")),
    )
}

#[tokio::test]
async fn a_process_that_writes_asks_once_and_no_other_one_does() {
    for (noun, config, changed) in nouns() {
        let portal = Portal::start().await;
        let mut directory = portal.workspace().of(noun);
        for configuration in [one(&config), one(&changed), Configuration::new()] {
            let planned = directory.plan(&configuration).await;
            let is_new_webhook = noun == "docspace_webhook" && directory.state.is_empty();
            assert_eq!(
                asked_and_written(&portal),
                (usize::from(is_new_webhook), 0),
                "{noun}"
            );
            directory.carry_out(planned).await.ok();
            let (asked, written) = asked_and_written(&portal);
            // The setting that is false already is not written by its destruction.
            assert!(
                asked == written && written <= 1,
                "{noun}: {asked} {written}"
            );
        }
    }
    let portal = Portal::start().await;
    let many: Configuration = (0..20)
        .map(|n| {
            let name = format!("Webhook {n}");
            (
                format!("it{n}"),
                with(
                    &webhook(),
                    json!({"name": name, "uri": format!("https://h.example/{n}")}),
                ),
            )
        })
        .collect();
    let mut directory = portal.workspace();
    directory.apply(&many).await.quiet();
    assert_eq!(
        asked_and_written(&portal),
        (2, 20),
        "in the plan, and in the apply"
    );
    directory.destroy(&many).await.quiet();
    assert_eq!(asked_and_written(&portal), (1, 20));
}

/// The plan may be for somebody else, so it says nothing; the apply sends nothing.
#[tokio::test]
async fn a_key_that_may_only_read_plans_and_writes_nothing() {
    for (noun, config, changed) in nouns() {
        let portal = Portal::start().await;
        let reader = Credential::api_key("sk-reader-0000", OWNER_ID).with_scopes(["*:read"]);
        portal.emulator.add_credential(reader);
        let mut writer = portal.workspace().of(noun);
        writer.apply(&one(&config)).await.quiet();
        let state = writer.state.clone();
        for (configuration, prior) in [
            (one(&config), None),
            (one(&changed), Some(&state)),
            (Configuration::new(), Some(&state)),
        ] {
            if noun != "docspace_webhook" && prior.is_none() {
                // There is one of them on a portal, and it is as configured.
                continue;
            }
            let provider = portal.provider_with_key("sk-reader-0000");
            let mut directory = Workspace::new(provider).of(noun);
            directory.state = prior.cloned().unwrap_or_default();
            let configuration = match prior {
                // The pair of the first one is taken.
                None => one(&with(&config, json!({"name": "Another"}))),
                Some(_) => configuration,
            };
            let planned = directory.plan(&configuration).await;
            assert!(!planned.report.has_errors(), "{noun}: {:?}", planned.report);
            portal.take();
            let report = directory.carry_out(planned).await;
            let errors = report.errors();
            assert_eq!(errors.len(), 1, "{noun}: {report:?}");
            let text = errors[0].text();
            for part in ["key lacks the scope", "ending in 0000", "*:read", "*:write"] {
                assert!(text.contains(part), "{noun}: {part}: {text}");
            }
            let (_, written) = asked_and_written(&portal);
            assert_eq!(written, 0, "{noun}");
            assert_eq!(directory.state.is_empty(), prior.is_none(), "{noun}");
        }
    }
}

#[tokio::test]
async fn a_key_that_ends_soon_is_told_once_by_runs_that_write() {
    const DAY: time::Duration = time::Duration::DAY;
    for (noun, config, _) in nouns() {
        // A key for a day is one for a run.
        for (rest, is_told) in [(DAY * 13, true), (DAY * 15, false), (DAY, false)] {
            let portal = Portal::start().await;
            let own = portal.emulator.api_keys()[0].clone();
            let end = own.created_on + rest;
            portal
                .emulator
                .change_api_key(&own.id, |key| key.expires_at = Some(end));
            let mut directory = portal.workspace().of(noun);
            let planned = directory.plan(&one(&config)).await;
            planned.report.quiet();
            let report = directory.carry_out(planned).await;
            if is_told {
                let warning = report.warning("The provider's own API key expires soon");
                assert!(warning.detail.contains("api_key"), "{warning:?}");
            } else {
                report.quiet();
            }
            directory.plan(&one(&config)).await.empty();
        }
    }
}

/// It is not worth a failed run, and not worth asking again either.
#[tokio::test]
async fn a_portal_that_cannot_tell_decides_itself() {
    let portal = Portal::start().await;
    portal.fault(on("GET /api/2.0/keys/@self").respond(500, &[], ""));
    let mut directory = portal.workspace().also("max_retries", json!(0));
    let many: Configuration = ["one", "two", "three", "four", "five"]
        .map(|name| (name.to_owned(), with(&webhook(), json!({"name": name}))))
        .into();
    let planned = directory.plan(&many).await;
    planned.report.quiet();
    portal.take();
    directory.carry_out(planned).await.quiet();
    assert_eq!(asked_and_written(&portal), (1, 5));
}
