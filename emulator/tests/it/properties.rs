//! The model knows the rules of API §6 and §7 in its own words and nothing of the emulator's code.

use docspace_emulator::{Config, Role, User};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::client::{Client, Reply, WEBHOOKS, start};

const OWNER: &str = docspace_emulator::OWNER_ID;
const USER: &str = "11111111-1111-4111-8111-111111111111";

#[derive(Clone, Debug)]
struct Fields {
    name: u8,
    uri: u8,
    secret: Option<&'static str>,
    enabled: Option<bool>,
    ssl: Option<bool>,
    triggers: Option<i64>,
    target: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Operation {
    Create(Fields),
    Update(i32, Fields),
    Enable(i32, bool),
    Delete(i32),
    List,
}

#[derive(Clone, Debug)]
struct ModelWebhook {
    id: i32,
    owner: &'static str,
    name: String,
    uri: String,
    secret: String,
    enabled: bool,
    ssl: bool,
    triggers: i64,
    target: Option<String>,
}

#[derive(Debug, Default)]
struct Model {
    last_id: i32,
    webhooks: Vec<ModelWebhook>,
}

/// What the model expects of an answer.
#[derive(Debug)]
enum Expected {
    Refused(u16),
    One(ModelWebhook),
    Many(Vec<ModelWebhook>),
}

const NAMES: [&str; 4] = ["one", "ONE", "two", ""];
const URIS: [&str; 4] = [
    "https://example.com/a",
    "https://example.com/b",
    "http://example.com/c",
    "https://10.0.0.1/",
];
/// Bits a user may not subscribe to: users created and invited, groups, rooms created and copied, agents created.
const ADMINISTRATIVE: i64 = 1 | 2 | 16 | 32 | 64 | (1 << 22) | (1 << 27) | (1 << 31);

impl Fields {
    fn name(&self) -> &'static str {
        NAMES[usize::from(self.name)]
    }

    fn uri(&self) -> &'static str {
        URIS[usize::from(self.uri)]
    }

    fn body(&self, id: Option<i32>) -> Value {
        let mut body = json!({"name": self.name(), "uri": self.uri()});
        let given: [(&str, Option<Value>); 6] = [
            ("id", id.map(Value::from)),
            ("secretKey", self.secret.map(Value::from)),
            ("enabled", self.enabled.map(Value::from)),
            ("ssl", self.ssl.map(Value::from)),
            ("triggers", self.triggers.map(Value::from)),
            ("targetId", self.target.map(Value::from)),
        ];
        for (key, value) in given {
            if let Some(value) = value {
                body[key] = value;
            }
        }
        body
    }

    /// Whether schema, trigger rights, secret and address are in order.
    fn is_acceptable(&self, caller: &str, is_create: bool) -> bool {
        let mask = self.triggers.unwrap_or(0);
        let has_rights = caller == OWNER || mask & ADMINISTRATIVE == 0;
        let is_secret_fine = match self.secret {
            None | Some("") => !is_create,
            Some(secret) => (8..=30).contains(&secret.len()),
        };
        let is_http_fine = !(self.uri().starts_with("http:") && self.ssl == Some(true));
        let is_public = !self.uri().contains("10.0.0.1");
        !self.name().is_empty() && has_rights && is_secret_fine && is_http_fine && is_public
    }
}

impl ModelWebhook {
    /// What is stored was checked before, but rights are the caller's, and create stores `ssl` unchecked (O1).
    fn may_be_switched_on(&self, caller: &str) -> bool {
        let has_rights = caller == OWNER || self.triggers & ADMINISTRATIVE == 0;
        let needs_https = self.ssl && self.uri.starts_with("http:");
        has_rights && !needs_https
    }
}

impl Model {
    fn apply(&mut self, caller: &'static str, operation: &Operation) -> Expected {
        match operation {
            Operation::List => Expected::Many(
                self.webhooks
                    .iter()
                    .filter(|hook| caller == OWNER || hook.owner == caller)
                    .cloned()
                    .collect(),
            ),
            Operation::Create(fields) => self.create(caller, fields),
            Operation::Update(id, fields) => {
                if !fields.is_acceptable(caller, false) {
                    return Expected::Refused(400);
                }
                self.change(caller, *id, |hook| {
                    fields.name().clone_into(&mut hook.name);
                    fields.uri().clone_into(&mut hook.uri);
                    hook.enabled = fields.enabled.unwrap_or(false);
                    hook.ssl = fields.ssl.unwrap_or(false);
                    hook.triggers = fields.triggers.unwrap_or(0);
                    hook.target = fields.target.map(str::to_owned);
                    if let Some(secret) = fields.secret.filter(|secret| !secret.is_empty()) {
                        secret.clone_into(&mut hook.secret);
                    }
                })
            }
            Operation::Enable(id, enabled) => {
                let stored = self.webhooks.iter().find(|hook| hook.id == *id);
                let is_refused = stored.is_some_and(|hook| {
                    let is_theirs = caller == OWNER || hook.owner == caller;
                    *enabled && is_theirs && !hook.may_be_switched_on(caller)
                });
                if is_refused {
                    return Expected::Refused(400);
                }
                self.change(caller, *id, |hook| hook.enabled = *enabled)
            }
            Operation::Delete(id) => {
                let answer = self.change(caller, *id, |_| {});
                if matches!(answer, Expected::One(_)) {
                    self.webhooks.retain(|hook| hook.id != *id);
                }
                answer
            }
        }
    }

    fn create(&mut self, caller: &'static str, fields: &Fields) -> Expected {
        let is_taken = self.webhooks.iter().any(|hook| {
            hook.name.eq_ignore_ascii_case(fields.name())
                && hook.uri.eq_ignore_ascii_case(fields.uri())
        });
        if !fields.is_acceptable(caller, true) || is_taken {
            return Expected::Refused(400);
        }
        self.last_id += 1;
        let hook = ModelWebhook {
            id: self.last_id,
            owner: caller,
            name: fields.name().to_owned(),
            uri: fields.uri().to_owned(),
            secret: fields.secret.unwrap_or_default().to_owned(),
            // O1: whatever was sent.
            enabled: true,
            ssl: true,
            triggers: fields.triggers.unwrap_or(0),
            target: fields.target.map(str::to_owned),
        };
        self.webhooks.push(hook.clone());
        Expected::One(hook)
    }

    fn change(
        &mut self,
        caller: &str,
        id: i32,
        change: impl FnOnce(&mut ModelWebhook),
    ) -> Expected {
        let Some(hook) = self.webhooks.iter_mut().find(|hook| hook.id == id) else {
            return Expected::Refused(404);
        };
        if caller != OWNER && hook.owner != caller {
            return Expected::Refused(403);
        }
        change(hook);
        Expected::One(hook.clone())
    }
}

fn fields() -> impl Strategy<Value = Fields> {
    let secret = prop_oneof![
        6 => Just(Some("S3cretKey-42")),
        2 => Just(Some("another-secret")),
        1 => Just(None),
        1 => Just(Some("")),
        1 => Just(Some("short")),
    ];
    let triggers = prop_oneof![
        Just(None),
        Just(Some(0)),
        Just(Some(384)),
        Just(Some(1)),
        Just(Some(1 << 31)),
        Just(Some(1 << 50)),
        Just(Some(-1_i64)),
    ];
    let target = prop_oneof![Just(None), Just(Some("")), Just(Some("1234"))];
    (
        0..4_u8,
        0..4_u8,
        secret,
        any::<Option<bool>>(),
        any::<Option<bool>>(),
        triggers,
        target,
    )
        .prop_map(
            |(name, uri, secret, enabled, ssl, triggers, target)| Fields {
                name,
                uri,
                secret,
                enabled,
                ssl,
                triggers,
                target,
            },
        )
}

fn operation() -> impl Strategy<Value = (bool, Operation)> {
    let operation = prop_oneof![
        4 => fields().prop_map(Operation::Create),
        3 => (0..8, fields()).prop_map(|(id, fields)| Operation::Update(id, fields)),
        2 => (0..8, any::<bool>()).prop_map(|(id, enabled)| Operation::Enable(id, enabled)),
        1 => (0..8).prop_map(Operation::Delete),
        1 => Just(Operation::List),
    ];
    (any::<bool>(), operation)
}

async fn perform(client: &Client, operation: &Operation) -> Reply {
    match operation {
        Operation::List => client.get(WEBHOOKS).await,
        Operation::Create(fields) => client.post(WEBHOOKS, &fields.body(None)).await,
        Operation::Update(id, fields) => client.put(WEBHOOKS, &fields.body(Some(*id))).await,
        Operation::Enable(id, enabled) => {
            let body = json!({"id": id, "name": "x", "uri": "y", "enabled": enabled});
            client.put("/api/2.0/settings/webhook/enable", &body).await
        }
        Operation::Delete(id) => client.delete(&format!("{WEBHOOKS}/{id}")).await,
    }
}

fn agrees(shown: &Value, model: &ModelWebhook) -> bool {
    let target = model.target.clone().map(Value::from);
    shown["id"] == model.id
        && shown["name"] == model.name
        && shown["uri"] == model.uri
        && shown["enabled"] == model.enabled
        && shown["ssl"] == model.ssl
        && shown["triggers"] == model.triggers
        && shown.get("targetId").cloned() == target
        && shown["createdBy"]["id"] == model.owner
        && shown.get("secretKey").is_none()
}

async fn compare(operations: Vec<(bool, Operation)>) {
    let config = Config::offline().with_caller(User::new(USER, Role::User), "sk-user", &[]);
    let (emulator, owner) = start(config).await;
    let user = owner.with_key("sk-user");
    let mut model = Model::default();
    for (is_owner, operation) in &operations {
        let (client, caller) = if *is_owner {
            (&owner, OWNER)
        } else {
            (&user, USER)
        };
        let expected = model.apply(caller, operation);
        let reply = perform(client, operation).await;
        let answer = match expected {
            Expected::Refused(status) => {
                assert_eq!(reply.status, status, "{operation:?} as {caller}");
                continue;
            }
            Expected::One(hook) => vec![(reply.json()["response"].clone(), hook)],
            Expected::Many(hooks) => {
                let items = reply.json()["response"].as_array().unwrap().clone();
                assert_eq!(items.len(), hooks.len());
                let items = items.iter().map(|item| item["configs"].clone());
                items.zip(hooks).collect()
            }
        };
        assert_eq!(reply.status, 200, "{operation:?} as {caller}");
        for (shown, hook) in answer {
            assert!(agrees(&shown, &hook), "{shown} is not {hook:?}");
        }
    }
    for hook in &model.webhooks {
        assert!(emulator.secret_is(hook.id, &hook.secret), "{hook:?}");
    }
    assert_eq!(emulator.webhooks().len(), model.webhooks.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_operations_never_disagree_with_the_model(
        operations in proptest::collection::vec(operation(), 1..40)
    ) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(compare(operations));
    }
}
