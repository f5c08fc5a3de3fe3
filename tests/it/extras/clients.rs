use docspace_emulator::NewWebhook;
use serde_json::{Value, json};

use super::{Portal, WEBHOOK, webhook, with};
use crate::host::Host;
use crate::host::core::Action;
use crate::host::verbs::{Query, State, raw_state};
use crate::host::wire::tfplugin6::{self as wire, ClientCapabilities};

/// One version of a command line tool: what it says of itself, and what it knows (TPP §4.1, §5.2,
/// Appendix A).
struct Client {
    name: &'static str,
    /// What it sends as `terraform_version`, which may be somebody else's.
    version: &'static str,
    /// What it announces with each call; the oldest have no such message.
    capabilities: Option<ClientCapabilities>,
    knows: &'static [Knows],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knows {
    /// `moved` blocks between resource types.
    Moves,
    Ephemeral,
    WriteOnly,
    Identity,
    Lists,
    Actions,
    /// That the provider can write configurations.
    Generation,
}
use Knows::{Actions, Ephemeral, Generation, Identity, Lists, Moves, WriteOnly};

const NOTHING: ClientCapabilities = ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: false,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

const WRITE_ONLY: ClientCapabilities = ClientCapabilities {
    write_only_attributes_allowed: true,
    ..NOTHING
};

const EVERYTHING: ClientCapabilities = ClientCapabilities {
    store_planned_private: true,
    computed_blocks_allowed: true,
    ..WRITE_ONLY
};

const ALL: &[Knows] = &[
    Moves, Ephemeral, WriteOnly, Identity, Lists, Actions, Generation,
];

/// The versions at which something changed.
const CLIENTS: [Client; 11] = [
    Client::new("Terraform 1.5", "1.5.7", None, &[]),
    Client::new("Terraform 1.8", "1.8.5", None, &[Moves]),
    Client::new(
        "Terraform 1.10",
        "1.10.5",
        Some(NOTHING),
        &[Moves, Ephemeral],
    ),
    Client::new(
        "Terraform 1.11",
        "1.11.4",
        Some(WRITE_ONLY),
        &[Moves, Ephemeral, WriteOnly],
    ),
    Client::new(
        "Terraform 1.12",
        "1.12.2",
        Some(WRITE_ONLY),
        &[Moves, Ephemeral, WriteOnly, Identity],
    ),
    Client::new("Terraform 1.14", "1.14.9", Some(WRITE_ONLY), ALL),
    Client::new("Terraform 1.16", "1.16.0", Some(EVERYTHING), ALL),
    Client::new("OpenTofu 1.6", "1.6.3", None, &[]),
    Client::new("OpenTofu 1.8", "1.8.11", None, &[]),
    Client::new(
        "OpenTofu 1.11",
        "1.11.14",
        Some(WRITE_ONLY),
        &[Moves, Ephemeral, WriteOnly],
    ),
    // It poses as a Terraform that knows more.
    Client::new(
        "OpenTofu 1.12",
        "1.13.0",
        Some(WRITE_ONLY),
        &[Moves, Ephemeral, WriteOnly, Identity],
    ),
];

impl Client {
    const fn new(
        name: &'static str,
        version: &'static str,
        capabilities: Option<ClientCapabilities>,
        knows: &'static [Knows],
    ) -> Self {
        Self {
            name,
            version,
            capabilities,
            knows,
        }
    }

    fn knows(&self, what: Knows) -> bool {
        self.knows.contains(&what)
    }

    /// A process of this client's that is not configured.
    async fn start(&self) -> Host {
        let host = Host::start().await.with_version(self.version);
        host.with_capabilities(self.capabilities)
    }

    /// A process of this client's that is configured.
    async fn configured(&self, portal: &Portal) -> Host {
        portal.configured(self.start().await).await
    }

    /// What this client keeps of a state.
    fn keep(&self, state: State) -> State {
        State {
            identity: state.identity.filter(|_| self.knows(Identity)),
            ..state
        }
    }
}

/// The clients that know something.
fn knowing(what: Knows) -> impl Iterator<Item = &'static Client> {
    CLIENTS.iter().filter(move |client| client.knows(what))
}

/// Plans and applies with this client.
async fn bring(client: &Client, host: &Host, prior: Option<&State>, config: &Value) -> State {
    let plan = host.plan(WEBHOOK, prior, config.clone()).await.quiet();
    client.keep(host.apply(&plan).await.quiet().unwrap())
}

#[tokio::test]
async fn every_client_manages_a_webhook_from_creation_to_removal() {
    for client in &CLIENTS {
        let portal = Portal::start().await;
        let host = client.configured(&portal).await;
        let created = bring(client, &host, None, &webhook()).await;
        assert!(
            portal.emulator.secret_is(1, "S3cret-Key-42"),
            "{}",
            client.name
        );
        host.stop().await;

        // Each walk has a process of its own.
        let host = client.configured(&portal).await;
        let read = host.read(&created).await.quiet().unwrap();
        let read = client.keep(read);
        assert_eq!(read, created, "{}", client.name);
        let plan = host.plan(WEBHOOK, Some(&read), webhook()).await.quiet();
        assert_eq!(plan.action, Action::NoOp, "{}", client.name);
        let imported = host.import(WEBHOOK, "1").await.quiet();
        assert_eq!(imported.value["uri"], read.value["uri"], "{}", client.name);
        host.stop().await;

        let host = client.configured(&portal).await;
        let change = with(
            &webhook(),
            json!({"triggers": ["All"], "secret_key": "An0ther-Key"}),
        );
        let updated = bring(client, &host, Some(&read), &change).await;
        assert!(
            portal.emulator.secret_is(1, "An0ther-Key"),
            "{}",
            client.name
        );
        let plan = host.plan_destroy(&updated).await.quiet();
        assert_eq!(host.apply(&plan).await.quiet(), None, "{}", client.name);
        assert_eq!(portal.emulator.webhooks().len(), 0, "{}", client.name);
        host.stop().await;
    }
}

#[tokio::test]
async fn a_generated_secret_stays_the_same_for_every_client() {
    for client in &CLIENTS {
        let portal = Portal::start().await;
        let host = client.configured(&portal).await;
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
async fn a_write_only_secret_is_for_clients_that_never_store_it() {
    for client in &CLIENTS {
        let portal = Portal::start().await;
        let host = client.configured(&portal).await;
        for version in [json!(null), json!(7)] {
            let config = with(
                &webhook(),
                json!({"name": version.to_string(), "secret_key": null,
                       "secret_key_wo": "S3cret-Key-42", "secret_key_wo_version": version}),
            );
            if client.knows(WriteOnly) {
                let state = bring(client, &host, None, &config).await;
                assert_eq!(state.value["secret_key_wo"], Value::Null, "{}", client.name);
                let plan = host.plan(WEBHOOK, Some(&state), config).await.quiet();
                assert_eq!(plan.action, Action::NoOp, "{}", client.name);
                continue;
            }
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
async fn a_client_that_keeps_identities_imports_by_them() {
    for client in knowing(Identity) {
        let portal = Portal::start().await;
        portal.add(&["one"]);
        let host = client.configured(&portal).await;
        let identity = json!({"id": "1"});
        let state = host.import_by_identity(WEBHOOK, &identity).await.quiet();
        assert_eq!(
            client.keep(state).identity,
            Some(identity),
            "{}",
            client.name
        );
        host.stop().await;
    }
}

#[tokio::test]
async fn a_state_passes_from_any_client_to_any_other() {
    for (older, newer) in CLIENTS.iter().zip(CLIENTS.iter().cycle().skip(1)) {
        let portal = Portal::start().await;
        let host = older.configured(&portal).await;
        let state = bring(older, &host, None, &webhook()).await;
        host.stop().await;
        let host = newer.configured(&portal).await;
        let read = host.read(&state).await.quiet().unwrap();
        let has_identity = newer.keep(read.clone()).identity.is_some();
        assert_eq!(has_identity, newer.knows(Identity), "{}", newer.name);
        let plan = host.plan(WEBHOOK, Some(&read), webhook()).await.quiet();
        assert_eq!(
            plan.action,
            Action::NoOp,
            "{} to {}",
            older.name,
            newer.name
        );
        host.stop().await;
    }
}

#[tokio::test]
async fn an_ephemeral_secret_is_for_every_client_that_asks() {
    for client in knowing(Ephemeral) {
        let portal = Portal::start().await;
        let host = client.configured(&portal).await;
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
        let host = client.configured(&portal).await;
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
        let host = client.configured(&portal).await;
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
    for client in &CLIENTS {
        let portal = Portal::start().await;
        portal.emulator.create_webhook(NewWebhook {
            triggers: 384,
            enabled: false,
            target_id: Some("5".to_owned()),
            ..NewWebhook::default()
        });
        let host = client.configured(&portal).await;
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
async fn what_is_offered_does_not_depend_on_who_asks() {
    let mut offers = Vec::new();
    for client in &CLIENTS {
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
