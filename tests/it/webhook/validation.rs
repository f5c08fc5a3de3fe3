//! Every rule about a single webhook's arguments, at its edges (product §4). The process is not
//! configured, as in `terraform validate`.

use serde_json::{Value, json};

use super::{Portal, webhook, with};
use crate::commands::{Knows, one, without};
use crate::host::Host;
use crate::host::diagnostics::Diagnostic;
use crate::host::value::unknown;

/// Two UTF-16 code units.
const EMOJI: &str = "\u{1f680}";

async fn said(host: &Host, changes: &Value) -> Vec<Diagnostic> {
    let config = with(&webhook(), changes.clone());
    host.validate_resource("docspace_webhook", &config)
        .await
        .diagnostics
}

/// Each row: what is configured, and that nothing is said about it.
async fn accepts(rows: impl IntoIterator<Item = Value>) {
    let host = Host::start().await;
    for changes in rows {
        assert_eq!(said(&host, &changes).await, [], "{changes}");
    }
    host.stop().await;
}

/// Each row: what is configured, where the only error points, its summary and words of its detail.
async fn refuses(rows: impl IntoIterator<Item = (Value, &str, &str, &str)>) {
    let host = Host::start().await;
    for (changes, path, summary, detail) in rows {
        let said = said(&host, &changes).await;
        let [only] = said.as_slice() else {
            panic!("{changes}: expected one error, not {said:#?}");
        };
        assert!(only.is_error(), "{changes}: {only:?}");
        assert_eq!(
            (only.path.as_str(), only.summary.as_str()),
            (path, summary),
            "{changes}"
        );
        assert!(only.detail.contains(detail), "{changes}: {only:?}");
    }
    host.stop().await;
}

#[tokio::test]
async fn what_is_required_cannot_be_null() {
    let (summary, detail) = ("Required value is null", "Set ");
    refuses(
        ["name", "uri", "triggers"]
            .map(|argument| (json!({argument: null}), argument, summary, detail)),
    )
    .await;
}

#[tokio::test]
async fn what_the_portal_decides_cannot_be_set() {
    let (summary, detail) = ("Attribute cannot be set", "Remove id");
    refuses([(json!({"id": "5"}), "id", summary, detail)]).await;
}

#[tokio::test]
async fn a_name_has_one_to_fifty_code_units() {
    refuses([
        (
            json!({"name": ""}),
            "name",
            "Webhook name is blank",
            "1 to 50 characters",
        ),
        (
            json!({"name": " \t\u{a0}"}),
            "name",
            "Webhook name is blank",
            "1 to 50 characters",
        ),
        (
            json!({"name": "n".repeat(51)}),
            "name",
            "Webhook name is too long",
            "has 51 UTF-16 code units",
        ),
        (
            json!({"name": EMOJI.repeat(26)}),
            "name",
            "Webhook name is too long",
            "has 52 UTF-16 code units",
        ),
        (
            json!({"name": format!("{}{EMOJI}", "n".repeat(49))}),
            "name",
            "Webhook name is too long",
            "at most 50. Shorten the name.",
        ),
    ])
    .await;
    accepts([
        json!({"name": "n".repeat(50)}),
        json!({"name": " n "}),
        json!({"name": "\u{e9}".repeat(50)}),
        json!({"name": "\u{ffee}\u{4e2d}\u{6587}"}),
    ])
    .await;
}

/// API §16 O5.
#[tokio::test]
async fn a_name_outside_the_basic_plane_is_warned_of() {
    let host = Host::start().await;
    for (name, character) in [
        (format!("deploy {EMOJI}"), "U+1F680"),
        (EMOJI.repeat(25), "U+1F680"),
        ("\u{20000}".to_owned(), "U+20000"),
    ] {
        let said = said(&host, &json!({"name": name})).await;
        let [warning] = said.as_slice() else {
            panic!("{name}: expected one warning, not {said:#?}");
        };
        assert!(!warning.is_error(), "{warning:?}");
        assert_eq!(
            (warning.path.as_str(), warning.summary.as_str()),
            (
                "name",
                "Webhook name has a character that MySQL cannot store"
            )
        );
        assert!(warning.detail.contains(character), "{warning:?}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_uri_is_an_absolute_http_address() {
    let summary = "Invalid webhook uri";
    let absolute =
        "Expected the absolute address of the receiver, such as https://example.com/webhook.";
    let mut rows: Vec<_> = [
        "",
        "example.com/hook",
        "/hook",
        "https://",
        "https:// example.com/",
        "https://example.com/a b",
        "https://example.com/\n",
        "//example.com/",
        "mailto:a@example.com",
        "https://[::1/",
        "https://example.com:port/",
        "https://example.com:99999/",
        "https:///hook",
        "https:/example.com/hook",
        "https:example.com/hook",
        "https:\\\\example.com\\hook",
        " https://example.com/",
    ]
    .into_iter()
    .map(|uri| (json!({"uri": uri}), "uri", summary, absolute))
    .collect();
    rows.extend([
        (
            json!({"uri": "ftp://example.com/"}),
            "uri",
            summary,
            "not over \"ftp\"",
        ),
        (
            json!({"uri": "file://host/x"}),
            "uri",
            summary,
            "not over \"file\"",
        ),
    ]);
    refuses(rows).await;
    accepts([
        json!({"uri": "https://example.com"}),
        json!({"uri": "HTTPS://Example.COM:8443/a/b?c=d#e"}),
        json!({"uri": "https://[2001:db8::1]/"}),
        json!({"uri": "https://b\u{fc}cher.example/\u{43f}\u{443}\u{442}\u{44c}"}),
        // Whether a private address is allowed is the portal's affair.
        json!({"uri": "https://10.0.0.7/hook"}),
    ])
    .await;
}

#[tokio::test]
async fn a_uri_is_https_unless_ssl_is_off() {
    let (summary, detail) = ("Webhook uri must use https", "set ssl = false");
    refuses([
        (
            json!({"uri": "http://example.com/"}),
            "uri",
            summary,
            detail,
        ),
        (
            json!({"uri": "HTTP://example.com/", "ssl": true}),
            "uri",
            summary,
            detail,
        ),
    ])
    .await;
    accepts([
        json!({"uri": "http://example.com/", "ssl": false}),
        json!({"uri": "https://example.com/", "ssl": false}),
        json!({"uri": "http://example.com/", "ssl": unknown()}),
    ])
    .await;
}

#[tokio::test]
async fn a_uri_that_holds_a_credential_is_warned_of() {
    let host = Host::start().await;
    for uri in [
        "https://user:pw@example.com/",
        "https://user@example.com/",
        "https://example.com/?token=abc",
        "https://example.com/?a=b&API-Key=abc",
        "https://example.com/?sig=abc",
        "https://example.com/?apiToken=abc",
        "https://example.com/?client_secret=abc",
        "https://example.com/?X-Amz-Signature=abc",
        "https://example.com/?code=abc",
    ] {
        let said = said(&host, &json!({"uri": uri})).await;
        let [warning] = said.as_slice() else {
            panic!("{uri}: {said:#?}");
        };
        assert!(!warning.is_error() && warning.path == "uri", "{warning:?}");
        // Terraform merges warnings of equal summary, so it is the same for every webhook.
        assert_eq!(warning.summary, "Webhook uri seems to hold a credential");
    }
    for uri in [
        "https://example.com/?token=",
        "https://example.com/token",
        "https://example.com/?page=2",
        "https://example.com/?country_code=de&tokens=2&passenger=3",
    ] {
        assert_eq!(said(&host, &json!({"uri": uri})).await, [], "{uri}");
    }
    host.stop().await;
}

/// So many names that a newer portal could have.
fn strangers(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("MoonLanded{n}")).collect()
}

#[tokio::test]
async fn triggers_are_names_or_single_bits() {
    let row = |triggers: Value, summary, detail| {
        (json!({"triggers": triggers}), "triggers", summary, detail)
    };
    let unknown_one = "Unknown trigger";
    let form = "or one bit as a decimal number (a power of two, not 0)";
    refuses([
        row(json!([]), "No triggers", "would subscribe to every event"),
        row(
            json!(["All", "FileUploaded"]),
            "Trigger All must stand alone",
            "Keep only [\"All\"]",
        ),
        row(
            json!([null, "FileUploaded"]),
            "Trigger is null",
            "name a trigger",
        ),
        row(
            json!(["FileUploadd"]),
            unknown_one,
            "Did you mean \"FileUploaded\"?",
        ),
        row(
            json!(["fileuploaded"]),
            unknown_one,
            "Did you mean \"FileUploaded\"?",
        ),
        row(
            json!(["file.uploadd"]),
            unknown_one,
            "Did you mean \"file.uploaded\"?",
        ),
        row(
            json!(["form.filledout"]),
            unknown_one,
            "Did you mean \"form.filled.out\"?",
        ),
        row(json!(["all"]), unknown_one, "Did you mean \"All\"?"),
        row(
            json!(["All", "FileUploaded", unknown()]),
            "Trigger All must stand alone",
            "Keep only [\"All\"]",
        ),
        row(json!(strangers(65)), "Too many triggers", "has 65 elements"),
        row(json!(strangers(20_000)), "Too many triggers", "at most 64"),
        row(json!([""]), unknown_one, form),
        row(json!(["*"]), unknown_one, form),
        row(json!(["some event"]), unknown_one, form),
        row(json!(["0"]), unknown_one, form),
        row(json!(["384"]), unknown_one, form),
        row(json!(["0256"]), unknown_one, form),
        row(json!(["-1"]), unknown_one, form),
        row(json!(["1e3"]), unknown_one, form),
        row(json!(["18446744073709551616"]), unknown_one, form),
        row(
            json!(["256", "FileUploaded"]),
            "Trigger given twice",
            "are two spellings of one trigger",
        ),
    ])
    .await;
    accepts([
        json!({"triggers": ["All"]}),
        // The unknown one may turn out to be the same.
        json!({"triggers": ["All", unknown()]}),
        json!({"triggers": strangers(64)}),
        json!({"triggers": ["1", "2", "4611686018427387904"]}),
        // The catalog of the portal decides in the plan.
        json!({"triggers": ["MoonLanded", "FileUploaded"]}),
    ])
    .await;
}

#[tokio::test]
async fn every_trigger_of_the_portal_has_its_name() {
    let names: Vec<_> = docspace_emulator::TRIGGERS
        .iter()
        .map(|trigger| trigger.name)
        .filter(|name| *name != "All")
        .collect();
    assert_eq!(names.len(), 36);
    accepts([json!({"triggers": names})]).await;
}

#[tokio::test]
async fn a_secret_has_one_to_thirty_printable_characters() {
    let summary = "Invalid webhook secret";
    let characters = "Use printable ASCII characters without blanks";
    let mut rows = Vec::new();
    for name in ["secret_key", "secret_key_wo"] {
        let row = |secret: &str, detail| {
            let mut changes = json!({"secret_key": null});
            changes[name] = secret.into();
            (changes, name, summary, detail)
        };
        rows.extend([
            row("", "would sign nothing with one"),
            row(&"s".repeat(31), "this one has 31"),
            row(" ", characters),
            row("two words", characters),
            row("line-break\n", "trimspace()"),
            row("tabulator\t", characters),
            row("p\u{e4}ssword", characters),
            row("del\u{7f}ete", characters),
        ]);
    }
    refuses(rows).await;
    accepts([
        json!({"secret_key": "s"}),
        json!({"secret_key": "s".repeat(30)}),
        json!({"secret_key": "!\"#$%&'()*+,-./:;<=>?@[\\]^_"}),
        json!({"secret_key": null, "secret_key_wo": "`{|}~".repeat(6)}),
        json!({"secret_key": null}),
    ])
    .await;
}

#[tokio::test]
async fn a_refused_secret_is_not_shown() {
    let host = Host::start().await;
    for secret in ["0123456789-0123456789-0123456789", "sentinel with blanks"] {
        for name in ["secret_key", "secret_key_wo"] {
            let mut changes = json!({"secret_key": null});
            changes[name] = secret.into();
            let said = said(&host, &changes).await;
            assert!(!said.is_empty());
            let part = secret.get(..8).unwrap();
            assert!(!format!("{said:?}").contains(part), "{said:#?}");
        }
    }
    host.stop().await;
}

#[tokio::test]
async fn a_webhook_has_one_secret_and_a_version_needs_one() {
    let version = "secret_key_wo_version";
    refuses([
        (
            json!({"secret_key_wo": "S3cret-Key"}),
            "secret_key_wo",
            "Two secrets",
            "Keep secret_key_wo",
        ),
        (
            json!({"secret_key": null, version: 1}),
            version,
            "Secret version without a secret",
            "Set secret_key_wo",
        ),
        (
            json!({version: 1}),
            version,
            "Secret version without a secret",
            "or remove the version",
        ),
    ])
    .await;
    accepts([
        json!({"secret_key_wo": unknown()}),
        json!({"secret_key": unknown(), "secret_key_wo": "S3cret-Key"}),
        json!({"secret_key": null, "secret_key_wo": unknown(), version: 1}),
        json!({"secret_key": null, version: unknown()}),
    ])
    .await;
}

#[tokio::test]
async fn a_version_is_a_whole_number_from_zero() {
    let with_version = |text: &str| {
        let number: Value = serde_json::from_str(text).unwrap();
        json!({"secret_key": null, "secret_key_wo": "S3cret-Key", "secret_key_wo_version": number})
    };
    let refused = [
        "-1",
        "1.5",
        "0.1",
        "9223372036854775808",
        "12345678901234567890123",
    ];
    refuses(refused.map(|text| {
        (
            with_version(text),
            "secret_key_wo_version",
            "Invalid secret version",
            "whole number from 0 to 9223372036854775807",
        )
    }))
    .await;
    accepts(["0", "1", "9223372036854775807"].map(with_version)).await;
}

#[tokio::test]
async fn a_target_id_has_one_to_255_code_units() {
    let too_long = "target_id is too long";
    refuses([
        (
            json!({"target_id": ""}),
            "target_id",
            "Empty target_id",
            "Omit target_id",
        ),
        (
            json!({"target_id": "1".repeat(256)}),
            "target_id",
            too_long,
            "has 256 UTF-16 code units",
        ),
        (
            json!({"target_id": EMOJI.repeat(128)}),
            "target_id",
            too_long,
            "has 256 UTF-16 code units",
        ),
    ])
    .await;
    accepts([
        json!({"target_id": "1"}),
        json!({"target_id": "1".repeat(255)}),
        json!({"target_id": format!("{}1", EMOJI.repeat(127))}),
        json!({"target_id": null}),
    ])
    .await;
}

#[tokio::test]
async fn whatever_is_not_known_yet_is_accepted() {
    let names = [
        "name",
        "uri",
        "triggers",
        "enabled",
        "ssl",
        "secret_key",
        "secret_key_wo",
        "secret_key_wo_version",
        "target_id",
    ];
    let mut rows: Vec<Value> = names.iter().map(|name| json!({*name: unknown()})).collect();
    rows.push(
        names
            .iter()
            .map(|name| ((*name).to_owned(), unknown()))
            .collect(),
    );
    rows.push(json!({"triggers": [unknown()]}));
    rows.push(json!({"triggers": ["FileUploaded", unknown()]}));
    accepts(rows).await;
}

#[tokio::test]
async fn every_defect_is_named_at_once() {
    let host = Host::start().await;
    let changes =
        json!({"name": "", "uri": "x", "triggers": [], "secret_key": "", "target_id": ""});
    let mut paths: Vec<_> = said(&host, &changes)
        .await
        .into_iter()
        .map(|d| d.path)
        .collect();
    paths.sort();
    assert_eq!(
        paths,
        ["name", "secret_key", "target_id", "triggers", "uri"]
    );
    host.stop().await;
}

#[tokio::test]
async fn tools_without_write_only_arguments_are_told_so() {
    for client in without(Knows::WriteOnly) {
        let host = Host::start().await.with_capabilities(client.capabilities);
        for secret in [json!("S3cret-Key"), unknown()] {
            let said = said(&host, &json!({"secret_key": null, "secret_key_wo": secret})).await;
            let [error] = said.as_slice() else {
                panic!("{}: {said:#?}", client.name);
            };
            assert_eq!(error.summary, "Write-only attribute not supported");
            assert_eq!(
                (error.path.as_str(), error.is_error()),
                ("secret_key_wo", true)
            );
            assert!(
                error
                    .detail
                    .contains("Terraform 1.11 or later, or OpenTofu 1.11"),
                "{error:?}"
            );
        }
        assert_eq!(said(&host, &json!({})).await, [], "{}", client.name);
        host.stop().await;
    }
}

#[tokio::test]
async fn a_refused_configuration_never_reaches_the_portal() {
    let portal = Portal::start().await;
    let mut directory = portal.workspace();
    directory.apply(&one(&webhook())).await.quiet();
    portal.take();
    for changes in [
        json!({"triggers": []}),
        json!({"triggers": ["All", "FileUploaded"]}),
        json!({"name": "n".repeat(51)}),
        json!({"secret_key": "s".repeat(31)}),
    ] {
        let bad = with(&webhook(), changes.clone());
        let mut elsewhere = portal.workspace();
        assert_eq!(
            elsewhere.apply(&one(&bad)).await.errors().len(),
            1,
            "{changes}"
        );
        assert_eq!(portal.requests(), Vec::<String>::new(), "{changes}");
        assert_eq!(
            directory.apply(&one(&bad)).await.errors().len(),
            1,
            "{changes}"
        );
        assert_eq!(portal.requests(), ["GET /webhook"], "{changes}");
    }
}
