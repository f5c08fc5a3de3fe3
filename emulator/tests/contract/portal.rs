use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use docspace_emulator::Emulator;
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::reply::{Reply, finish};
use crate::survey::{self, Need, Survey};

/// Begins the name of everything that these tests create.
pub(crate) const FAMILY: &str = "docspace-contract-";

/// Webhooks of the family that are older than this are left over from a killed run; the clock of a portal may be a
/// day wrong (API §4.4).
pub(crate) const STALE: time::Duration = time::Duration::days(3);

pub(crate) const WEBHOOK: &str = "settings/webhook";
pub(crate) const SECRET: &str = "S3cretKey-42";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// A portal under test.
#[derive(Debug)]
pub(crate) struct Portal {
    base: String,
    key: String,
    receiver: String,
    http: reqwest::Client,
    prefix: String,
    pub(crate) survey: Survey,
    has_key: AtomicBool,
    /// Kept running; `None` for a real portal.
    emulator: Option<Emulator>,
}

impl Portal {
    pub(crate) fn new(
        base: &str,
        key: &str,
        receiver: &str,
        survey: Survey,
        emulator: Option<Emulator>,
    ) -> Self {
        // Somebody else's provider is as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self {
            base: base.to_owned(),
            key: key.to_owned(),
            receiver: receiver.to_owned(),
            http,
            prefix: format!("{FAMILY}{}-{number}-", std::process::id()),
            survey,
            has_key: AtomicBool::new(false),
            emulator,
        }
    }

    /// Whether the portal has what a test needs; lists the test when it has not.
    pub(crate) fn has(&self, need: Need) -> bool {
        let Some(reason) = self.survey.lack(need) else {
            return true;
        };
        let is_old = matches!(need, Need::Since(..)) && self.survey.version < (3, 7);
        if self.emulator.is_some() {
            assert!(
                is_old,
                "the emulator has everything its version has: {reason}"
            );
        } else {
            let test = std::thread::current();
            let name = test.name().unwrap_or("a test");
            survey::say(&format!("skipped: {name} ({reason})\n"));
        }
        false
    }

    /// The name of a webhook of this test.
    pub(crate) fn name(&self, label: &str) -> String {
        format!("{}{label}", self.prefix)
    }

    /// An address that the portal can probe, different for every label.
    pub(crate) fn uri(&self, label: &str) -> String {
        let separator = if self.receiver.contains('?') {
            '&'
        } else {
            '?'
        };
        format!("{}{separator}contract={label}", self.receiver)
    }

    /// What `ssl` has to be for the receiver.
    pub(crate) fn is_https(&self) -> bool {
        self.receiver.starts_with("https:")
    }

    /// A complete request body.
    pub(crate) fn body(&self, label: &str) -> Value {
        json!({
            "name": self.name(label),
            "uri": self.uri(label),
            "secretKey": SECRET,
            "enabled": true,
            "ssl": self.is_https(),
            "triggers": 384,
        })
    }

    /// The same with one member changed; null removes it.
    pub(crate) fn body_with(&self, label: &str, member: &str, value: Value) -> Value {
        let mut body = self.body(label);
        if value.is_null() {
            body.as_object_mut().unwrap().remove(member);
        } else {
            body[member] = value;
        }
        body
    }

    /// Makes a webhook as the body says and returns it as answered; without https that takes an update (API §16 O1).
    pub(crate) async fn create(&self, body: &Value) -> Value {
        let created = self.post(WEBHOOK, body).await.response();
        if body["ssl"] != false {
            return created;
        }
        let mut body = body.clone();
        body["id"] = created["id"].clone();
        body["secretKey"] = json!("");
        self.put(WEBHOOK, &body).await.response()
    }

    /// Makes an API key that may only read, and returns it as answered.
    pub(crate) async fn create_key(&self) -> Value {
        self.has_key.store(true, Ordering::Relaxed);
        // Before 3.2 no permission covers everything, and webhooks ask for none (IH §12).
        let permission = if self.survey.version < (3, 2) {
            "files:read"
        } else {
            "*:read"
        };
        let body =
            json!({"name": self.key_name(), "permissions": [permission], "expiresInDays": 1});
        self.post("keys", &body).await.response()
    }

    /// The name of the API key of this test; names of keys are short.
    fn key_name(&self) -> &str {
        self.prefix.trim_end_matches('-')
    }

    /// The listed API key with this id.
    pub(crate) async fn listed_key(&self, id: &Value) -> Value {
        let list = self.get("keys").await.response();
        let mut keys = list.as_array().expect("a list").iter();
        keys.find(|key| key["id"] == *id).expect("the key").clone()
    }

    /// The list items of this test.
    pub(crate) async fn mine(&self) -> Vec<Value> {
        let list = self.get(WEBHOOK).await.response();
        let items = list.as_array().expect("a list").iter();
        items
            .filter(|item| {
                let name = item["configs"]["name"].as_str().unwrap_or_default();
                name.starts_with(&self.prefix)
            })
            .cloned()
            .collect()
    }

    /// The list item with this id.
    pub(crate) async fn item(&self, id: &Value) -> Option<Value> {
        let list = self.get(WEBHOOK).await.response();
        let mut items = list.as_array().expect("a list").iter();
        items.find(|item| item["configs"]["id"] == *id).cloned()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, Some(body.to_string())).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, Some(body.to_string())).await
    }

    pub(crate) async fn delete(&self, id: &Value) -> Reply {
        let path = format!("{WEBHOOK}/{id}");
        self.send(Method::DELETE, &path, None).await
    }

    /// Sends text as JSON, which it need not be.
    pub(crate) async fn post_text(&self, text: &str) -> Reply {
        self.send(Method::POST, WEBHOOK, Some(text.to_owned()))
            .await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<String>) -> Reply {
        let mut request = self.request(method, path).bearer_auth(&self.key);
        if let Some(body) = body {
            request = request
                .header("Content-Type", "application/json")
                .body(body);
        }
        finish(request).await
    }

    /// A request without credentials and body.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}/api/2.0/{path}", self.base);
        self.http
            .request(method, url)
            .header("Accept", "application/json")
    }

    /// Adds the key under test to a request.
    pub(crate) async fn send_authorized(&self, request: reqwest::RequestBuilder) -> Reply {
        finish(request.bearer_auth(&self.key)).await
    }

    /// The last four characters of the key, which the portal itself shows.
    pub(crate) fn key_postfix(&self) -> String {
        let skip = self.key.chars().count() - 4;
        self.key.chars().skip(skip).collect()
    }

    /// The key under test, to be presented in another way.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Removes what this test created, and webhooks that a killed run left behind.
    pub(crate) async fn clean_up(&self) {
        if self.has_key.load(Ordering::Relaxed) {
            for key in self
                .get("keys")
                .await
                .response()
                .as_array()
                .expect("a list")
            {
                if key["name"] == self.key_name() {
                    let path = format!("keys/{}", key["id"].as_str().expect("an id"));
                    drop(self.send(Method::DELETE, &path, None).await);
                }
            }
        }
        let list = self.get(WEBHOOK).await;
        if list.status != 200 {
            return;
        }
        for item in list.response().as_array().expect("a list") {
            let config = &item["configs"];
            let name = config["name"].as_str().unwrap_or_default();
            let created = config["createdOn"].as_str().unwrap_or_default();
            let is_stale = OffsetDateTime::parse(created, &Rfc3339)
                .is_ok_and(|at| OffsetDateTime::now_utc() - at > STALE);
            if name.starts_with(&self.prefix) || (name.starts_with(FAMILY) && is_stale) {
                drop(self.delete(&config["id"]).await);
            }
        }
    }
}
