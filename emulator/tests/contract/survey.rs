use std::fmt::Write as _;
use std::io::{self, Write as _};

use reqwest::Method;
use serde_json::{Value, json};

use crate::portal::{FAMILY, Portal, STALE, WEBHOOK};
use crate::reply::finish;

/// The triggers of 3.7 are a list, before they were an object, and up to 3.0 there were none (API §3.3).
const CATALOGUE: &str = "settings/webhook/triggers";

/// Something that not every portal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A version.
    Since(u32, u32),
    /// The address blacklist as shipped; operators may replace it (API §7.1).
    Blacklist,
    /// A database that compares without case and accents (API §16 O4).
    MySql,
    /// Leave to assert what nobody has observed.
    Guess,
}

/// Every need that a test of this suite has, and what is tested with it.
const NEEDS: [(Need, &str); 8] = [
    (Need::Since(3, 1), "everything"),
    (
        Need::Since(3, 2),
        "the size of a page of the journal, what a key tells of itself",
    ),
    (Need::Since(3, 4), "the access to developer tools"),
    (Need::Since(3, 5), "the parser's demand for an id"),
    (
        Need::Since(3, 7),
        "64-bit triggers, the rules for addresses, the catalogue as a list",
    ),
    (Need::Blacklist, "addresses that are refused"),
    (
        Need::MySql,
        "comparison without case and accents, dates of whole seconds, names that do not fit",
    ),
    (
        Need::Guess,
        "what the sources say and nobody has observed: tests with `inferred` in their names",
    ),
];

/// What a portal has.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    pub(crate) version: (u32, u32),
    pub(crate) has_blacklist: bool,
    pub(crate) is_mysql: bool,
    pub(crate) may_guess: bool,
}

impl Survey {
    /// Why a need is not met.
    pub(crate) fn lack(&self, need: Need) -> Option<String> {
        let (is_met, reason) = match need {
            Need::Since(major, minor) => {
                let (has_major, has_minor) = self.version;
                let reason =
                    format!("needs {major}.{minor}, the portal is {has_major}.{has_minor}");
                (self.version >= (major, minor), reason)
            }
            Need::Blacklist => (
                self.has_blacklist,
                "needs the blacklist as shipped, the portal accepts private addresses".to_owned(),
            ),
            Need::MySql => (
                self.is_mysql,
                "needs MySQL or MariaDB, the portal compares names exactly".to_owned(),
            ),
            Need::Guess => (
                self.may_guess,
                "was inferred and never observed; DOCSPACE_TEST_INFERRED=1 tries it".to_owned(),
            ),
        };
        (!is_met).then_some(reason)
    }

    /// What will be skipped and why, a line for each need that is not met.
    pub(crate) fn skipped(&self) -> String {
        let mut text = String::new();
        for (need, subject) in NEEDS {
            if let Some(reason) = self.lack(need) {
                writeln!(text, "skipped: {subject} ({reason})").unwrap();
            }
            if self.version < (3, 1) {
                break;
            }
        }
        text
    }
}

/// What a run does to a portal, said before it does it.
pub(crate) fn announcement(base: &str, receiver: &str) -> String {
    let process = std::process::id();
    let days = STALE.whole_days();
    format!(
        "\
The contract suite runs against {base}.
It creates webhooks named {FAMILY}{process}-…, one to three for each test and a few at a time, and one API key of that
name, which may only read and ends after a day. The webhooks are switched on and point to {receiver}?contract=…; the portal asks
that address with HEAD whenever one is created or changed, and sends it what happens on the portal in the meantime.
Each test removes what it created when it ends, also when it fails. What a killed run left behind is removed too: webhooks
named {FAMILY}… that are more than {days} days old.
"
    )
}

/// Says something although the test passes: the harness swallows what is printed.
pub(crate) fn say(text: &str) {
    // Without a place for the message the outcome has to do.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Finds the version by what it can do: a portal built from its sources does not know its number.
pub(crate) async fn version(portal: &Portal) -> (u32, u32) {
    let build = finish(portal.request(Method::GET, "settings/version/build")).await;
    let text = build.json()["response"]["docSpace"].clone();
    let text = text.as_str();
    let text = text.unwrap_or_else(|| panic!("no DocSpace portal answers {build:?}"));
    let mut numbers = text.split('.').map(|part| part.parse().expect("a number"));
    let told = (numbers.next().unwrap(), numbers.next().unwrap_or(0));
    let catalogue = portal.get(CATALOGUE).await;
    if catalogue.status == 404 {
        return told.min((3, 0));
    }
    match catalogue.response() {
        Value::Array(_) => told.max((3, 7)),
        _ => told.clamp((3, 1), (3, 6)),
    }
}

/// Tries what the portal has; what that creates is removed like everything else.
pub(crate) async fn survey(portal: &Portal, may_guess: bool) -> Survey {
    let version = version(portal).await;
    let mut survey = Survey {
        version,
        has_blacklist: false,
        is_mysql: false,
        may_guess,
    };
    if version >= (3, 1) {
        survey.has_blacklist = has_blacklist(portal).await;
        survey.is_mysql = is_mysql(portal).await;
    }
    survey
}

/// Without a blacklist the portal tries to reach the address: it does, or there is no answer (500), or a wrong one.
async fn has_blacklist(portal: &Portal) -> bool {
    // The addresses that fail at once come first.
    for address in ["127.0.0.1", "[::1]", "10.0.0.1"] {
        let mut body = portal.body_with("list", "uri", json!(format!("https://{address}/")));
        body["ssl"] = json!(true);
        let reply = portal.post(WEBHOOK, &body).await;
        if reply.status != 400 || reply.text.contains("HEAD request") {
            return false;
        }
    }
    true
}

async fn is_mysql(portal: &Portal) -> bool {
    let mut body = portal.body("case");
    body["name"] = json!(portal.name("T7I"));
    portal.create(&body).await;
    body["name"] = json!(portal.name("t7i"));
    portal.post(WEBHOOK, &body).await.status == 400
}
