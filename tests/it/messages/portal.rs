//! What a portal answers, whatever it was asked.

use docspace_emulator::{Config, PortalState, Profile};
use serde_json::{Value, json};

use super::page::Section;
use super::{carry_out, changed, said};
use crate::client::scripted::{Scripted, Step};
use crate::commands::{Configuration, Workspace};
use crate::host::diagnostics::Diagnostic;
use crate::host::process::eventually;
use crate::webhook::{Portal, fault, on, webhook, with};

const LIST: &str = "GET /webhook";
const POST: &str = "POST /webhook";

/// The summary of a warning that a short time limit brings with it.
const SHORT_LIMIT: &str = "request_timeout is short";

/// What can go wrong with any request; reading stands for all.
pub async fn section() -> Section {
    let mut section = Section::new("What the portal answers");
    for (when, name) in [
        ("The key is refused", "401"),
        ("The portal is not paid for", "402"),
        ("The key's scope is too narrow to read", "403 scope"),
        ("The key's owner may not", "403 denied"),
        ("The portal is restricted or busy", "403 busy"),
        (
            "Something in front of the portal refuses access",
            "403 page",
        ),
        ("The address is not a portal's", "404 route"),
        ("The portal is suspended", "404 suspended"),
        ("The object does not exist", "404 gone"),
        ("There are too many requests", "429"),
        ("There are too many requests for an hour", "429 for an hour"),
        ("The portal fails", "500"),
        ("The portal is down", "503"),
        ("The address redirects", "redirect"),
        ("The answer is a web page", "web page"),
        ("The answer is not JSON", "garbage"),
        ("The answer is not as documented", "empty object"),
        ("The answer is cut off", "truncated"),
        ("There is no answer", "silence"),
    ] {
        section.add(when, refreshing(name).await);
    }
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    // A limiter is waited for as long as the retries may take.
    directory.set("max_retries", json!(1));
    directory.set("request_timeout", json!("15s"));
    portal.fault(on(LIST).respond(429, &[("Retry-After", "0")], ""));
    section.add(
        "It was tried several times",
        said(directory.refresh().await),
    );

    portal.emulator.clear_faults();
    section.add(
        "The list cannot be read for two webhooks",
        two_refused().await,
    );
    let settings = |state| {
        portal
            .emulator
            .change_settings(|settings| settings.portal_state = state);
    };
    settings(PortalState::IpRestricted);
    section.add(
        "The portal is for other addresses",
        said(directory.refresh().await),
    );
    settings(PortalState::Active);

    unusual(&mut section, &portal, &mut directory).await;
    section.add(
        "The run is interrupted before the answer",
        interrupted(&portal, &directory).await,
    );
    portal
        .emulator
        .change_settings(|settings| settings.profile = Profile::V3_0);
    section.add(
        "The portal has become too old",
        said(directory.refresh().await),
    );

    other_addresses(&mut section, &mut directory).await;
    section
}

/// What answers at an address that is no portal's.
async fn other_addresses(section: &mut Section, directory: &mut Workspace) {
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 6\r\n\r\n";
    let zstd = [head.as_slice(), b"\x28\xb5\x2f\xfd\x00\x00"].concat();
    let proxy = Scripted::start([Step::AnswerAndClose(zstd)]).await;
    directory.set("base_url", json!(proxy.base_url()));
    section.add("The answer is compressed", said(directory.refresh().await));

    let (_taken, address) = crate::portal::nobody();
    directory.set("base_url", json!(format!("http://{address}")));
    directory.set("max_retries", json!(0));
    section.add(
        "Nothing listens at the address",
        said(directory.refresh().await),
    );
}

/// What a refresh says that meets this fault.
async fn refreshing(name: &str) -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let directory = portal.settled(&webhook()).await;
    let mut directory = directory.also("max_retries", json!(0));
    if name == "silence" {
        directory.set("request_timeout", json!("2s"));
    }
    portal.fault(fault(name, LIST).times(9));
    without_limit(said(directory.refresh().await))
}

fn without_limit(mut said: Vec<Diagnostic>) -> Vec<Diagnostic> {
    said.retain(|diagnostic| diagnostic.summary != SHORT_LIMIT);
    said
}

/// Answers that a portal does not give.
async fn unusual(section: &mut Section, portal: &Portal, directory: &mut Workspace) {
    let failure = r#"{"error":{"message":"Not today"}}"#;
    for (when, status, headers, body) in [
        ("The address redirects to nowhere", 302, &[] as &[_], ""),
        (
            "The address redirects to a page of its own",
            302,
            &[("Location", "/login")],
            "",
        ),
        ("The request is refused as such", 400, &[], ""),
        ("The request is refused in an unusual way", 418, &[], ""),
        ("A success holds an error", 200, &[], failure),
    ] {
        portal.fault(on(LIST).respond(status, headers, body));
        section.add(when, said(directory.refresh().await));
        portal.emulator.clear_faults();
    }
}

/// What a refresh says of two webhooks when the key is refused.
async fn two_refused() -> Vec<Diagnostic> {
    let portal = Portal::start().await;
    let mut directory = portal.workspace().with_parallelism(1);
    let other = with(&webhook(), json!({"name": "Other"}));
    let both = Configuration::from([("a".to_owned(), webhook()), ("b".to_owned(), other)]);
    directory.apply(&both).await.quiet();
    portal.fault(on(LIST).respond(401, &[], ""));
    said(directory.refresh().await)
}

/// What a read says that is interrupted before the portal answers.
async fn interrupted(portal: &Portal, directory: &Workspace) -> Vec<Diagnostic> {
    let stalled = portal.fault(on(LIST).times(1).stall());
    let host = directory.process().await;
    let (read, ()) = tokio::join!(host.read(directory.it()), async {
        eventually("the request", || {
            (portal.emulator.fault_hits(stalled) == 1).then_some(())
        })
        .await;
        host.interrupt().await;
    });
    host.stop().await;
    portal.emulator.clear_faults();
    read.diagnostics
}

/// What only writes are answered; creating stands for all.
pub async fn section_on_writes() -> Section {
    let mut section = Section::new("What the portal answers to changes");
    let offline = Config::offline;
    for (when, name) in [
        ("The key's scope is too narrow to write", "403 scope"),
        ("There are too many changes", "429 for an hour"),
        ("The receiver cannot be reached", "500 receiver"),
        ("The portal fails, usually because of the receiver", "500"),
    ] {
        section.add(
            when,
            creating(offline(), |portal| portal.fault(fault(name, POST))).await,
        );
    }
    let mixed = json!({"error": {
        "message": "Illegal mix of collations (utf8mb3_general_ci,IMPLICIT) and (utf8mb4_general_ci,COERCIBLE) for \
         operation '='",
        "type": "MySqlConnector.MySqlException", "stack": "", "hresult": -2_147_467_259,
    }, "status": 1});
    let answer = |portal: &Portal| portal.fault(on(POST).respond(500, &[], &mixed.to_string()));
    let when = "The portal's database cannot store a character";
    section.add(when, creating(offline(), answer).await);
    for (when, message) in [
        (
            "The receiver does not answer HEAD",
            "Webhook URL is not available. HEAD request is not response 200 http status.",
        ),
        (
            "The receiver is on a private address",
            "URL host is in the blacklist",
        ),
        (
            "The same, on a portal before 3.7",
            "Value does not fall within the expected range.",
        ),
        (
            "The receiver's name cannot be resolved",
            "DNS resolution failed for hooks.example.com",
        ),
        (
            "The role does not allow a trigger",
            "Trigger is not available",
        ),
        ("The uri is refused", "Invalid URL format"),
        ("The uri of an https webhook is http", "HTTPS is required"),
        (
            "The secret is refused",
            "Password must contain from 8 to 30 characters, only latin letters, no spaces, digits",
        ),
        (
            "A portal of another language refuses",
            "Die Webhook-URL ist nicht erreichbar",
        ),
    ] {
        let refusal = json!({"error": {
            "message": message, "type": "System.ArgumentException", "stack": "", "hresult": -1,
        }, "status": 1});
        section.add(when, refused(&refusal).await);
    }
    let problem = json!({"title": "Not today", "status": 400});
    section.add("Something else is refused", refused(&problem).await);
    let problem = json!({"title": "One or more validation errors occurred.", "status": 400, "errors": {
        "Name": ["The field Name must have a length of at most 50."],
    }});
    section.add("One field is refused", refused(&problem).await);
    section
}

async fn refused(answer: &Value) -> Vec<Diagnostic> {
    let answer = answer.to_string();
    creating(Config::offline(), |portal| {
        portal.fault(on(POST).respond(400, &[], &answer))
    })
    .await
}

async fn creating(config: Config, prepare: impl FnOnce(&Portal) -> u64) -> Vec<Diagnostic> {
    let portal = Portal::with(config).await;
    let mut directory: Workspace = portal.workspace();
    let planned = directory.plan(&changed(json!({}))).await;
    prepare(&portal);
    carry_out(&mut directory, planned).await
}
