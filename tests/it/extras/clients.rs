//! What each version of Terraform and OpenTofu gets beside managing webhooks, row by row of the table of
//! capabilities in the documentation. Whole lives with each of them are in `webhook::clients`.

use docspace_emulator::NewWebhook;
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, webhook, with};
use crate::commands::Knows::{
    self, Actions, Ephemeral, Functions, Generation, Identity, Lists, Moves, WriteOnly,
};
use crate::commands::{CLIENTS, Client, knowing, without};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::verbs::{Query, State, raw_state};
use crate::host::wire::tfplugin6 as wire;

/// What the tables of the documentation say, in their order.
const CAPABILITIES: [(&str, &[Knows]); 7] = [
    // The CLI's own; a provider sees nothing of it.
    ("`import` blocks with `for_each`", &[]),
    ("functions", &[Functions]),
    (
        "`moved` from `restapi_object` and `restful_resource`",
        &[Moves],
    ),
    ("ephemeral resources and variables", &[Ephemeral]),
    ("`secret_key_wo`", &[WriteOnly]),
    ("import by identity", &[Identity]),
    (
        "list resource (`terraform query`), action",
        &[Lists, Actions, Generation],
    ),
];

/// A process of this client's that is configured.
async fn configured(client: Client, portal: &Portal) -> Host {
    portal.configured(client.start().await).await
}

/// Plans and applies with this client.
async fn bring(client: Client, host: &Host, prior: Option<&State>, config: &Value) -> State {
    let plan = host.plan(WEBHOOK, prior, config.clone()).await.quiet();
    client.keep(host.apply(&plan).await.quiet().unwrap())
}

#[tokio::test]
async fn a_generated_secret_stays_the_same_for_every_client() {
    for client in CLIENTS {
        let portal = Portal::start().await;
        let host = configured(client, &portal).await;
        let config = with(&webhook(), json!({"secret_key": null}));
        let created = bring(client, &host, None, &config).await;
        let renamed = with(&config, json!({"name": "Renamed"}));
        let updated = bring(client, &host, Some(&created), &renamed).await;
        let secret = updated.value["secret_key"].as_str().unwrap();
        assert_eq!(created.value["secret_key"], secret, "{}", client.name);
        assert!(portal.emulator.secret_is(1, secret), "{}", client.name);
        host.stop().await;
    }
}

#[tokio::test]
async fn a_write_only_secret_is_refused_where_it_would_be_stored() {
    for client in without(WriteOnly) {
        let portal = Portal::start().await;
        let host = configured(client, &portal).await;
        for version in [json!(null), json!(7)] {
            let config = with(
                &webhook(),
                json!({"secret_key": null, "secret_key_wo": "S3cret-Key-42",
                       "secret_key_wo_version": version}),
            );
            let refused = host.plan(WEBHOOK, None, config).await;
            let error = refused.refused_at("secret_key_wo");
            for words in ["Terraform 1.11", "OpenTofu 1.11", "Upgrade"] {
                assert!(error.detail.contains(words), "{}: {error:?}", client.name);
            }
            assert_eq!(portal.requests(), Vec::<String>::new(), "{}", client.name);
        }
        host.stop().await;
    }
}

#[tokio::test]
async fn an_ephemeral_secret_is_for_every_client_that_asks() {
    for client in knowing(Ephemeral) {
        let portal = Portal::start().await;
        let host = configured(client, &portal).await;
        let opened = host
            .open("docspace_webhook_secret", json!({}))
            .await
            .quiet();
        assert_eq!(opened.value["length"], 30, "{}", client.name);
        host.close("docspace_webhook_secret", &opened).await.quiet();
        host.stop().await;
    }
}

#[tokio::test]
async fn a_move_is_for_every_client_that_asks() {
    for client in knowing(Moves) {
        let host = client.start().await;
        let request = wire::move_resource_state::Request {
            source_provider_address: "registry.terraform.io/mastercard/restapi".to_owned(),
            source_type_name: "restapi_object".to_owned(),
            source_state: Some(raw_state(include_str!(
                "../../fixtures/moved/restapi_search.json"
            ))),
            ..Default::default()
        };
        let state = host.move_state(WEBHOOK, request).await.quiet();
        assert_eq!(state.value["id"], "1", "{}", client.name);
        host.stop().await;
    }
}

#[tokio::test]
async fn webhooks_are_found_by_every_client_that_asks() {
    for client in knowing(Lists) {
        let portal = Portal::start().await;
        portal.add(&["one", "two"]);
        let host = configured(client, &portal).await;
        let found = host.list(WEBHOOK, &Query::default()).await.quiet();
        assert_eq!(found.len(), 2, "{}", client.name);
        host.stop().await;
    }
}

#[tokio::test]
async fn an_action_is_for_every_client_that_asks() {
    for client in knowing(Actions) {
        let portal = Portal::start().await;
        portal.add(&["one"]);
        let host = configured(client, &portal).await;
        let config = json!({"webhook_id": "1", "failed_since": "2026-01-01T00:00:00Z"});
        let progress = host.invoke("docspace_webhook_redeliver", config).await;
        assert_eq!(progress.quiet().len(), 1, "{}", client.name);
        host.stop().await;
    }
}

/// What a client writes that does not know that the provider can: everything that can be written,
/// secrets as null (TPP §8.5).
fn guessed(state: &State) -> Value {
    let mut config = state.value.clone();
    for left_out in ["id", "secret_key", "secret_key_wo"] {
        config[left_out] = Value::Null;
    }
    config
}

#[tokio::test]
async fn a_configuration_written_for_an_import_plans_no_changes_with_any_client() {
    for client in CLIENTS {
        let portal = Portal::start().await;
        portal.emulator.create_webhook(NewWebhook {
            triggers: 384,
            enabled: false,
            target_id: Some("5".to_owned()),
            ..NewWebhook::default()
        });
        let host = configured(client, &portal).await;
        let state = client.keep(host.import(WEBHOOK, "1").await.quiet());
        let config = if client.knows(Generation) {
            host.generate_config(WEBHOOK, &state.value).await.quiet()
        } else {
            guessed(&state)
        };
        let plan = host.plan(WEBHOOK, Some(&state), config).await.quiet();
        assert_eq!(
            plan.action,
            Action::NoOp,
            "{}: {:#?}",
            client.name,
            plan.planned
        );
        host.stop().await;
    }
}

#[tokio::test]
async fn functions_are_for_every_client_that_asks() {
    for client in knowing(Functions) {
        let host = client.start().await;
        let names = [json!(["FileUploaded"])];
        let number = host.call_function("triggers_encode", &names).await;
        assert_eq!(number.unwrap(), 256, "{}", client.name);
        host.stop().await;
    }
}

/// The rows of a table of capabilities, as name and the versions of Terraform and OpenTofu.
fn capabilities(document: &str) -> Vec<[String; 3]> {
    let text =
        std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(document));
    let text = text.unwrap();
    let table = text
        .lines()
        .skip_while(|line| !line.starts_with("| feature |"));
    let rows = table.skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| -> Vec<String> {
        row.trim_matches('|')
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    rows.map(|row| cells(row).try_into().unwrap()).collect()
}

/// Whether a client is of the family and at least of the version that a cell names.
fn is_at_least(client: Client, family: &str, since: &str) -> bool {
    let number = |version: &str| {
        version
            .split_once('.')
            .map(|(_, minor)| minor.parse::<u32>().unwrap())
    };
    let version = client.name.strip_prefix(family).unwrap().trim();
    since != "not yet" && number(version) >= number(since)
}

#[test]
fn the_tables_of_capabilities_are_true() {
    for document in ["README.md", "templates/index.md"] {
        let rows = capabilities(document);
        assert_eq!(rows.len(), CAPABILITIES.len(), "{document}: {rows:#?}");
        for ([name, terraform, opentofu], (expected, knows)) in rows.iter().zip(CAPABILITIES) {
            assert_eq!(name, expected, "{document}");
            for client in CLIENTS {
                let (family, since) = if client.name.starts_with("Terraform") {
                    ("Terraform", terraform)
                } else {
                    ("OpenTofu", opentofu)
                };
                for what in knows {
                    assert_eq!(
                        client.knows(*what),
                        is_at_least(client, family, since),
                        "{document}, {name}: {} and {what:?}",
                        client.name
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_offered_does_not_depend_on_who_asks() {
    let mut offers = Vec::new();
    for client in CLIENTS {
        let host = client.start().await;
        let request = wire::get_provider_schema::Request {};
        let answer = host.provider().get_provider_schema(request).await;
        offers.push(answer.unwrap().into_inner());
        host.stop().await;
    }
    let first = offers.pop().unwrap();
    assert!(offers.iter().all(|offer| *offer == first));
    let capabilities = first.server_capabilities.unwrap();
    assert!(capabilities.get_provider_schema_optional && capabilities.plan_destroy);
    assert!(capabilities.move_resource_state && capabilities.generate_resource_config);
}
