//! A third of the table of faults (`design/faults.md`) through the real CLI (product §9).
//!
//! One command handles many faults at once: each provider configuration has a portal of its own, with
//! one webhook and one fault. The operations take turns in which third of the faults they meet, so
//! every fault meets the CLI. After each command: what is on the portals is in the state or was named;
//! nothing is there twice; and a plain apply without faults, after an import where one was asked for,
//! ends with exactly what is configured.

use std::fmt::Write as _;

use docspace_emulator::{Config, Emulator, Fault, PortalState};
use serde_json::{Value, json};

use crate::harness::{Case, Run, start};
use kinds::{ANSWERS, OUTAGES, OWN_ANSWERS, fault, portal_state};

#[expect(dead_code, reason = "shared with the tests through the plugin host")]
#[path = "../support/faults.rs"]
mod kinds;

const PATH: &str = "/api/2.0/settings/webhook";
/// The provider's time limit for a request, where it has to pass.
const LIMIT_MS: u64 = 3_000;
/// Every resource at once: some wait for 15 seconds.
const ALL_AT_ONCE: &str = "-parallelism=60";

/// What the CLI is doing when the faults happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Read,
    List,
    Import,
    Update,
    Rotate,
    SwitchOff,
    Delete,
}

use Operation::{Create, Delete, Import, List, Read, Rotate, SwitchOff, Update};

/// One fault, or an outage.
#[derive(Debug, Clone)]
struct Trouble {
    name: String,
    is_outage: bool,
}

impl Operation {
    fn is_write(self) -> bool {
        !matches!(self, Read | List | Import)
    }

    fn rule(self) -> Fault {
        let (method, path) = match self {
            Create => ("POST", PATH.to_owned()),
            Read | List | Import => ("GET", PATH.to_owned()),
            Update | Rotate => ("PUT", PATH.to_owned()),
            SwitchOff => ("PUT", format!("{PATH}/enable")),
            Delete => ("DELETE", format!("{PATH}/*")),
        };
        Fault::on(method, &path)
    }

    /// Its third of the faults.
    fn troubles(self) -> Vec<Trouble> {
        let once = |name: String| Trouble {
            name,
            is_outage: false,
        };
        let names = ANSWERS.iter().map(|(name, _)| once((*name).to_owned()));
        let mut all: Vec<Trouble> = names.collect();
        if self.is_write() {
            all.extend(ANSWERS.map(|(name, _)| once(format!("{name} after"))));
        }
        all.extend(OWN_ANSWERS.map(|(name, _)| once(name.to_owned())));
        all.extend(OUTAGES.map(|(name, _)| Trouble {
            name: name.to_owned(),
            is_outage: true,
        }));
        // What the portal is believed; see the table.
        all.retain(|trouble| match self {
            Create => !trouble.name.starts_with("another id"),
            Delete => trouble.name != "404 gone",
            _ => true,
        });
        let third = self as usize % 3;
        let all = all.into_iter().enumerate();
        all.filter(|(index, _)| index % 3 == third)
            .map(|(_, trouble)| trouble)
            .collect()
    }
}

/// What is configured of each webhook.
#[derive(Debug, Clone)]
struct Wanted {
    suffix: &'static str,
    secret: &'static str,
    enabled: bool,
}

impl Wanted {
    fn name(&self, number: usize) -> String {
        format!("w{number}{}", self.suffix)
    }
}

const FIRST: Wanted = Wanted {
    suffix: "",
    secret: "S3cret-Key-42",
    enabled: true,
};

/// A directory with many provider configurations and their portals.
struct Fleet {
    case: Case,
    portals: Vec<Emulator>,
}

impl Fleet {
    fn new() -> Self {
        let count = [
            Create, Update, Rotate, SwitchOff, Delete, Read, List, Import,
        ]
        .map(|operation| operation.troubles().len())
        .into_iter()
        .max();
        let portals: Vec<_> = (0..count.unwrap_or_default())
            .map(|_| start(Config::offline()))
            .collect();
        let mut case = Case::new();
        // All of them accept the one key of the environment.
        case.set("DOCSPACE_BASE_URL", "");
        let fleet = Self { case, portals };
        fleet.configure("");
        fleet
    }

    /// Configures a provider for each portal, with one more argument.
    fn configure(&self, argument: &str) {
        let mut providers = String::new();
        for (number, portal) in self.portals.iter().enumerate() {
            let url = portal.base_url();
            write!(
                providers,
                "provider \"docspace\" {{\n  alias = \"p{number}\"\n  base_url = \"{url}\"\n  max_retries = 1\n  {argument}\n}}\n"
            )
            .unwrap();
        }
        self.case.write("providers.tf", providers);
    }

    /// Puts a short time limit for a request in force for what is done with it.
    fn in_haste<T>(&self, command: impl FnOnce() -> T) -> T {
        self.configure(&format!("request_timeout = \"{LIMIT_MS}ms\""));
        let done = command();
        self.configure("");
        done
    }

    fn write(&self, wanted: Option<&Wanted>) {
        let mut resources = String::new();
        for number in 0..self.portals.len() {
            let Some(wanted) = wanted else { break };
            let Wanted {
                secret, enabled, ..
            } = wanted;
            let name = wanted.name(number);
            write!(
                resources,
                "resource \"docspace_webhook\" \"w{number}\" {{\n  provider = docspace.p{number}\n  name = \"{name}\"\n  \
                 uri = \"https://example.com/{number}\"\n  triggers = [\"FileUploaded\"]\n  secret_key = \"{secret}\"\n  \
                 enabled = {enabled}\n}}\n"
            ).unwrap();
        }
        self.case.write("main.tf", resources);
    }

    /// Puts the faults of an operation in force, one on each portal.
    fn spoil(&self, operation: Operation) {
        for (portal, trouble) in self.portals.iter().zip(operation.troubles()) {
            portal.reset_log();
            let state = portal_state(&trouble.name).filter(|_| trouble.is_outage);
            if let Some(state) = state {
                portal.change_settings(|settings| settings.portal_state = state);
                continue;
            }
            let rule = if trouble.is_outage {
                Fault::on("*", "/*")
            } else {
                operation.rule().times(1)
            };
            let number = portal.webhooks().first().map_or(1, |webhook| webhook.id);
            let answer = portal.webhooks().first().map_or(Value::Null, |webhook| {
                json!({"id": number, "name": webhook.name, "uri": webhook.uri, "enabled": webhook.enabled,
                       "ssl": webhook.ssl, "triggers": webhook.triggers,
                       "createdBy": {"id": webhook.created_by}})
            });
            let answer = if operation.is_write() {
                json!({"response": answer})
            } else {
                json!({"response": [{"configs": answer, "status": 0}]})
            };
            let rule = fault(&trouble.name, rule, LIMIT_MS, &answer.to_string());
            portal.add_fault(rule).unwrap();
        }
    }

    /// Ends the faults, and demands that each of them happened.
    fn repair(&self, operation: Operation) {
        for (portal, trouble) in self.portals.iter().zip(operation.troubles()) {
            for report in portal.faults() {
                assert!(report.hits > 0, "{operation:?}: {trouble:?} did not happen");
            }
            let mut secrets = portal.request_log().into_iter();
            let is_sent = secrets.any(|entry| {
                entry
                    .body
                    .is_some_and(|body| body.get("secretKey").is_some())
            });
            let may = matches!(operation, Create | Rotate);
            assert!(
                may || !is_sent,
                "{operation:?}, {trouble:?}: a secret was sent"
            );
            portal.clear_faults();
            portal.change_settings(|settings| settings.portal_state = PortalState::default());
        }
    }

    /// The attributes of each webhook in the state, by its number.
    fn state(&self) -> Vec<Option<Value>> {
        let state = self.case.show_state();
        let resources = state["values"]["root_module"]["resources"].as_array();
        let resources = resources.cloned().unwrap_or_default();
        let find = |number: usize| {
            let address = format!("docspace_webhook.w{number}");
            let mut resources = resources.iter();
            let found = resources.find(|resource| resource["address"] == address.as_str())?;
            Some(found["values"].clone())
        };
        (0..self.portals.len()).map(find).collect()
    }

    /// Demands that each webhook on a portal is in the state or was named, and is there once.
    fn accounts_for_everything(&self, operation: Operation, run: &Run) -> Vec<usize> {
        let text = run.text();
        let troubles = operation.troubles();
        let mut orphans = Vec::new();
        for (number, stored) in self.state().into_iter().enumerate() {
            let webhooks = self.portals[number].webhooks();
            let trouble = troubles.get(number);
            let about = format!("{operation:?}, w{number}, {trouble:?}");
            assert!(webhooks.len() <= 1, "{about}: {webhooks:#?}");
            match (webhooks.first(), stored) {
                (Some(webhook), Some(stored)) => {
                    assert_eq!(stored["id"], webhook.id.to_string().as_str(), "{about}");
                }
                (Some(_), None) => {
                    let title = format!("Webhook \"w{number}\"");
                    let promise = format!("did create a webhook named \"w{number}\"");
                    let is_named = text.contains(&title) || text.contains(&promise);
                    assert!(is_named, "{about}: nobody knows of it\n{run}");
                    orphans.push(number);
                }
                // The next refresh sees that it is gone.
                (None, Some(_)) => assert_eq!(operation, Delete, "{about}\n{run}"),
                (None, None) => {}
            }
        }
        orphans
    }

    /// Applies without any fault, and demands exactly what is configured.
    fn converges(&self, wanted: Option<&Wanted>) {
        let apply = self.case.run(&["apply", "-auto-approve", ALL_AT_ONCE]);
        apply.succeeds();
        let Some(wanted) = wanted else {
            for portal in &self.portals {
                assert!(portal.webhooks().is_empty());
            }
            return;
        };
        self.case.plan().succeeds();
        for (number, portal) in self.portals.iter().enumerate() {
            let webhooks = portal.webhooks();
            let [webhook] = webhooks.as_slice() else {
                panic!("w{number}: {webhooks:#?}");
            };
            assert_eq!(webhook.name, wanted.name(number));
            assert_eq!(webhook.enabled, wanted.enabled);
            assert!(portal.secret_is(webhook.id, wanted.secret), "w{number}");
        }
    }

    /// Carries a change out while the faults are in force, and lets it converge.
    fn survives(&self, operation: Operation, wanted: Option<&Wanted>) {
        self.write(wanted);
        self.in_haste(|| self.case.saved_plan(&[]));
        self.spoil(operation);
        let run = self
            .case
            .run(&["apply", ALL_AT_ONCE, "saved.tfplan"])
            .fails();
        self.repair(operation);
        for number in self.accounts_for_everything(operation, &run) {
            let address = format!("docspace_webhook.w{number}");
            let id = self.portals[number].webhooks()[0].id.to_string();
            self.case.import(&address, &id).succeeds();
        }
        self.converges(wanted);
    }

    /// Runs a command that only reads while the faults are in force: nothing is lost by it.
    fn survives_reading(&self, operation: Operation, args: &[&str]) {
        let before = self.state();
        self.spoil(operation);
        let run = self.in_haste(|| self.case.run(&[args, &[ALL_AT_ONCE]].concat()).fails());
        self.repair(operation);
        assert_eq!(self.state(), before, "{operation:?}\n{run}");
    }
}

#[test]
fn faults_of_creates_and_reads_leave_nothing_behind() {
    let fleet = Fleet::new();
    fleet.survives(Create, Some(&FIRST));
    fleet.survives_reading(Read, &["apply", "-refresh-only", "-auto-approve"]);
    fleet.case.plan().succeeds();

    let mut data = String::new();
    for number in 0..fleet.portals.len() {
        write!(
            data,
            "data \"docspace_webhooks\" \"w{number}\" {{\n  provider = docspace.p{number}\n}}\n"
        )
        .unwrap();
    }
    fleet.case.write("data.tf", data);
    fleet.survives_reading(List, &["plan", "-refresh=false"]);
    fleet.case.remove("data.tf");

    fleet.case.remove("terraform.tfstate");
    let mut imports = String::new();
    for (number, portal) in fleet.portals.iter().enumerate() {
        let id = portal.webhooks()[0].id;
        write!(
            imports,
            "import {{\n  to = docspace_webhook.w{number}\n  id = \"{id}\"\n}}\n"
        )
        .unwrap();
    }
    fleet.case.write("imports.tf", imports);
    fleet.survives_reading(Import, &["apply", "-auto-approve"]);
    fleet.converges(Some(&FIRST));
}

#[test]
fn faults_of_changes_and_deletions_leave_nothing_behind() {
    let fleet = Fleet::new();
    fleet.write(Some(&FIRST));
    fleet.converges(Some(&FIRST));
    let renamed = Wanted {
        suffix: " renamed",
        ..FIRST
    };
    fleet.survives(Update, Some(&renamed));
    let rotated = Wanted {
        secret: "An0ther-Key",
        ..renamed
    };
    fleet.survives(Rotate, Some(&rotated));
    let off = Wanted {
        enabled: false,
        ..rotated
    };
    fleet.survives(SwitchOff, Some(&off));
    fleet.survives(Delete, None);
}
