//! One fault for each request of the setting's life, and what is left after it.

use docspace_emulator::FaultAction;
use serde_json::json;

use super::{directory, is_limited, limited, settled};
use crate::commands::{Configuration, Workspace};
use crate::portal::{Portal, on};
use crate::webhook::fault;

const GET: &str = "GET /api/2.0/settings/devtoolsaccess";
const POST: &str = "POST /api/2.0/settings/devtoolsaccess";

/// What is done to the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Update,
    Delete,
}

use Operation::{Create, Delete, Update};

impl Operation {
    fn configuration(self) -> Configuration {
        match self {
            Create | Update => limited(true),
            Delete => Configuration::new(),
        }
    }

    async fn start(self) -> (Portal, Workspace) {
        let portal = Portal::start().await;
        let mut directory = match self {
            Create => directory(&portal),
            Update => settled(&portal, false).await,
            Delete => settled(&portal, true).await,
        };
        directory.set("max_retries", json!(0));
        (portal, directory)
    }

    /// Insists that the portal is as planned, and nothing left to do.
    async fn is_done(self, label: &str, portal: &Portal, directory: &mut Workspace) {
        directory.plan(&self.configuration()).await.empty();
        assert_eq!(is_limited(portal), self != Delete, "{label}");
        assert_eq!(directory.state.is_empty(), self == Delete, "{label}");
    }
}

/// Faults of a write, and whether the portal has carried it out.
const WRITES: [(&str, bool); 22] = [
    ("400", false),
    ("401", false),
    ("402", false),
    ("403 scope", false),
    ("403 denied", false),
    ("403 page", false),
    ("404 route", false),
    ("405", false),
    ("429", false),
    ("redirect", false),
    ("500", false),
    ("502", false),
    ("503", false),
    ("504 after", true),
    ("reset", false),
    ("reset after", true),
    ("close after", true),
    ("truncated", true),
    ("garbage after", true),
    ("web page", false),
    ("empty object", false),
    ("empty object after", true),
];

#[tokio::test]
async fn after_a_write_that_failed_the_state_is_what_it_was_and_the_next_run_ends_it() {
    for operation in [Create, Update, Delete] {
        for (name, is_carried_out) in WRITES {
            let label = format!("{operation:?} {name}");
            let (portal, mut directory) = operation.start().await;
            let planned = directory.plan(&operation.configuration()).await;
            portal.fault(fault(name, POST));
            let report = directory.carry_out(planned).await;
            let errors = report.errors();
            assert_eq!(errors.len(), 1, "{label}: {report:?}");
            let text = errors[0].text();
            let summary = "Could not update developer tools: ";
            assert!(text.starts_with(summary), "{label}: {text}");
            assert!(!text.contains("webhook"), "{label}: {text}");
            assert_eq!(directory.state.is_empty(), operation == Create, "{label}");
            let is_as_planned = is_limited(&portal) == (operation != Delete);
            assert_eq!(is_as_planned, is_carried_out, "{label}");
            directory.apply(&operation.configuration()).await.ok();
            operation.is_done(&label, &portal, &mut directory).await;
        }
    }
}

/// It says the same twice, so the client sends it again by itself.
#[tokio::test]
async fn a_write_whose_answer_is_lost_is_sent_again() {
    for operation in [Create, Update, Delete] {
        for name in ["503", "reset", "close after", "truncated"] {
            let label = format!("{operation:?} {name}");
            let (portal, mut directory) = operation.start().await;
            directory.set("max_retries", json!(1));
            let planned = directory.plan(&operation.configuration()).await;
            portal.fault(fault(name, POST));
            portal.take();
            directory.carry_out(planned).await.quiet();
            let posts = portal
                .requests()
                .iter()
                .filter(|r| r.starts_with("POST"))
                .count();
            assert_eq!(posts, 2, "{label}");
            operation.is_done(&label, &portal, &mut directory).await;
        }
    }
}

#[tokio::test]
async fn nothing_is_written_that_was_not_read() {
    for operation in [Create, Update, Delete] {
        for name in [
            "401",
            "403 scope",
            "404 suspended",
            "429",
            "500",
            "503",
            "garbage",
            "reset",
        ] {
            let label = format!("{operation:?} {name}");
            let (portal, mut directory) = operation.start().await;
            let planned = directory.plan(&operation.configuration()).await;
            portal.fault(fault(name, GET));
            portal.take();
            let report = directory.carry_out(planned).await;
            assert_eq!(report.errors().len(), 1, "{label}: {report:?}");
            assert!(
                portal.requests().iter().all(|r| r.starts_with("GET")),
                "{label}"
            );
            directory.apply(&operation.configuration()).await.ok();
            operation.is_done(&label, &portal, &mut directory).await;
        }
    }
}

/// As when its database has failed.
#[tokio::test]
async fn a_success_with_the_old_value_is_an_error() {
    let (portal, mut directory) = Update.start().await;
    let answer =
        json!({"response": {"limitedAccessForUsers": false}, "status": 0, "statusCode": 200});
    portal.fault(on(POST).times(1).respond(200, &[], &answer.to_string()));
    let report = directory.apply(&limited(true)).await;
    let error = report.error("Could not update developer tools");
    assert_eq!(error.path, "limited_to_admins");
    directory.apply(&limited(true)).await.quiet();
    assert!(is_limited(&portal));
}

#[tokio::test]
async fn a_portal_that_never_answers_is_given_up() {
    let (portal, mut directory) = Update.start().await;
    portal.fault(on(POST).action(FaultAction::Close));
    let report = directory.apply(&limited(true)).await;
    report.error("Could not update developer tools: connection lost");
    portal.emulator.clear_faults();
    directory.apply(&limited(true)).await.quiet();
}
