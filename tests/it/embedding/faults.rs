//! One fault for each request of the list's life, and what is left after it.

use serde_json::json;

use super::{EMBEDDING, directory, list, listing, set, settled};
use crate::commands::{Configuration, Planned, Report, Workspace};
use crate::portal::Portal;
use crate::webhook::fault;

const GET: &str = "GET /api/2.0/security/csp";
const POST: &str = "POST /api/2.0/security/csp";

/// What is done to the list.
#[derive(Debug, Clone, Copy)]
enum Operation {
    Create,
    Update,
    Delete,
}

use Operation::{Create, Delete, Update};

impl Operation {
    fn configuration(self) -> Configuration {
        match self {
            Create | Update => listing("b.example c.example"),
            Delete => Configuration::new(),
        }
    }

    /// The portal's list before, in which nobody's entry came after the plan, and after.
    fn lists(self) -> [&'static str; 2] {
        match self {
            Create => ["", "b.example c.example"],
            Update => [
                "a.example z.example b.example",
                "z.example b.example c.example",
            ],
            Delete => ["a.example z.example b.example", "z.example"],
        }
    }

    /// A directory with a plan, and a portal that has changed since.
    async fn planned(self, portal: &Portal) -> (Workspace, Planned) {
        let mut directory = match self {
            Create => directory(portal),
            Update | Delete => settled(portal, "a.example b.example").await,
        };
        directory.set("max_retries", json!(0));
        let planned = directory.plan(&self.configuration()).await;
        let [before, _] = self.lists();
        set(portal, before);
        portal.take();
        (directory, planned)
    }
}

/// The requests of an apply, without the plan before it, each as its method.
fn methods(portal: &Portal) -> String {
    let requests = portal.requests();
    let methods: Vec<&str> = requests
        .iter()
        .filter_map(|r| r.split(' ').next())
        .collect();
    methods.join(" ")
}

/// Carries an operation out while one request of this name fails so.
async fn meets(operation: Operation, name: &str, request: &str) -> (Portal, Workspace, Report) {
    let portal = Portal::start().await;
    let (mut directory, planned) = operation.planned(&portal).await;
    if name.starts_with("silence") || name == "late" {
        directory.set("request_timeout", json!("3s"));
    }
    portal.fault(fault(name, request));
    let mut report = directory.carry_out(planned).await;
    directory.set("request_timeout", json!(null));
    report
        .said
        .retain(|said| said.diagnostic.summary != "request_timeout is short");
    (portal, directory, report)
}

/// Insists that another run does what is left to do.
async fn converges(operation: Operation, portal: &Portal, directory: &mut Workspace) {
    directory.apply(&operation.configuration()).await.ok();
    let planned = directory.plan(&operation.configuration()).await;
    planned.empty();
    assert_eq!(directory.state.is_empty(), matches!(operation, Delete));
    let domains = list(portal);
    let has = |entry: &str| domains.split(' ').any(|other| other == entry);
    assert!(!has("a.example"), "{domains}");
    assert_eq!(has("c.example"), !matches!(operation, Delete), "{domains}");
}

/// Faults after which nobody knows whether the list was written: it is read, and written again where it has to be.
const LOST: [(&str, &str); 15] = [
    ("502", "GET POST GET POST"),
    ("503", "GET POST GET POST"),
    ("504 after", "GET POST GET"),
    ("reset", "GET POST GET POST"),
    ("reset after", "GET POST GET"),
    ("close", "GET POST GET POST"),
    ("close after", "GET POST GET"),
    ("truncated", "GET POST GET"),
    ("headers only", "GET POST GET"),
    ("garbage after", "GET POST GET"),
    ("web page", "GET POST GET POST"),
    ("empty object", "GET POST GET POST"),
    ("empty object after", "GET POST GET"),
    ("silence", "GET POST GET POST"),
    ("silence after", "GET POST GET"),
];

#[tokio::test]
async fn after_a_lost_answer_the_list_is_read_and_written_if_need_be() {
    for operation in [Create, Update, Delete] {
        for (name, expected) in LOST {
            let (portal, mut directory, report) = meets(operation, name, POST).await;
            report.quiet();
            let requests = methods(&portal);
            let requests = match operation {
                // Terraform plans once more before a creation.
                Create => requests.strip_prefix("GET ").unwrap(),
                Update | Delete => &requests,
            };
            assert_eq!(requests, expected, "{operation:?} {name}");
            let [_, after] = operation.lists();
            assert_eq!(list(&portal), after, "{operation:?} {name}");
            if !matches!(operation, Delete) {
                converges(operation, &portal, &mut directory).await;
            }
        }
    }
}

/// Faults that say that nothing was written, or that nobody may.
const REFUSED: [&str; 13] = [
    "400",
    "400 fields",
    "401",
    "402",
    "403 scope",
    "403 denied",
    "403 busy",
    "403 page",
    "404 route",
    "405",
    "429",
    "redirect",
    "500",
];

#[tokio::test]
async fn a_refused_write_is_an_error_and_leaves_everything_as_it_was() {
    for operation in [Create, Update, Delete] {
        for name in REFUSED {
            let (portal, mut directory, report) = meets(operation, name, POST).await;
            let errors = report.errors();
            assert_eq!(errors.len(), 1, "{operation:?} {name}: {report:?}");
            let text = errors[0].text();
            for stranger in ["webhook", "receiver"] {
                assert!(!text.contains(stranger), "{operation:?} {name}: {text}");
            }
            assert!(
                text.starts_with("Could not "),
                "{operation:?} {name}: {text}"
            );
            let [before, _] = operation.lists();
            assert_eq!(list(&portal), before, "{operation:?} {name}");
            assert_eq!(
                directory.state.is_empty(),
                matches!(operation, Create),
                "{operation:?} {name}"
            );
            converges(operation, &portal, &mut directory).await;
        }
    }
}

/// Faults of a read that nobody repeats.
const UNREAD: [&str; 12] = [
    "401",
    "403 scope",
    "403 page",
    "404 suspended",
    "429",
    "500",
    "503",
    "redirect",
    "web page",
    "garbage",
    "reset",
    "truncated",
];

#[tokio::test]
async fn nothing_is_written_that_was_not_read() {
    for operation in [Update, Delete] {
        for name in UNREAD {
            let (portal, mut directory, report) = meets(operation, name, GET).await;
            assert_eq!(report.errors().len(), 1, "{operation:?} {name}: {report:?}");
            assert_eq!(methods(&portal), "GET", "{operation:?} {name}");
            converges(operation, &portal, &mut directory).await;
        }
    }
}

#[tokio::test]
async fn what_cannot_be_read_stays_in_the_state() {
    for name in UNREAD {
        let portal = Portal::start().await;
        let mut directory = settled(&portal, "a.example").await;
        directory.set("max_retries", json!(0));
        portal.fault(fault(name, GET));
        let planned = directory.plan(&listing("a.example")).await;
        let errors = planned.report.errors();
        assert_eq!(errors.len(), 1, "{name}: {errors:?}");
        assert!(
            errors[0]
                .summary
                .starts_with("Could not read embedding domains: "),
            "{name}: {errors:?}"
        );
        assert_eq!(directory.it().type_name, EMBEDDING);
        directory.plan(&listing("a.example")).await.empty();
    }
}

/// An answer that is lost again and again is an error that says so; the state holds what it held.
#[tokio::test]
async fn a_portal_that_never_answers_a_write_is_given_up() {
    let portal = Portal::start().await;
    let (mut directory, planned) = Update.planned(&portal).await;
    let lost = crate::portal::on(POST).action(docspace_emulator::FaultAction::Close);
    portal.fault(lost);
    let report = directory.carry_out(planned).await;
    let error = report.error("Could not update embedding domains: connection lost");
    assert!(error.detail.contains("is not certain"), "{error:?}");
    assert_eq!(methods(&portal), "GET POST GET POST GET POST");
    portal.emulator.clear_faults();
    converges(Update, &portal, &mut directory).await;
}
