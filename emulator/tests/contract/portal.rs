use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use docspace_emulator::{Config, Emulator, HostRule, ProbeOutcome, Resolution};
use reqwest::Method;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Begins the name of every webhook of these tests.
const FAMILY: &str = "docspace-contract-";

/// Webhooks of the family that are older than this are left over from a killed run.
const STALE: time::Duration = time::Duration::hours(1);

pub(crate) const WEBHOOK: &str = "settings/webhook";
pub(crate) const SECRET: &str = "S3cretKey-42";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The `response` of a success.
    pub(crate) fn response(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["response"].clone()
    }

    /// Asserts an error in the shape E2 (API §8.1) and returns its message.
    pub(crate) fn handler_error(&self, status: u16, type_name: &str) -> String {
        assert_eq!(self.status, status, "{self:?}");
        let body = self.json();
        assert_eq!(body["status"], 1);
        assert_eq!(body["statusCode"], status);
        assert_eq!(body["error"]["type"], type_name, "{self:?}");
        assert!(body["error"]["hresult"].is_i64());
        assert!(body["error"]["stack"].is_string());
        body["error"]["message"].as_str().unwrap().to_owned()
    }

    /// Asserts an error in the shape E3 (API §8.1) with this key and returns the key's first sentence.
    pub(crate) fn validation_error(&self, key: &str) -> String {
        assert_eq!(self.status, 400, "{self:?}");
        let body = self.json();
        assert_eq!(body["response"]["status"], 400);
        assert_eq!(
            body["response"]["title"],
            "One or more validation errors occurred."
        );
        let errors = &body["response"]["errors"];
        errors[key][0]
            .as_str()
            .unwrap_or_else(|| panic!("no {key:?} in {errors}"))
            .to_owned()
    }
}

/// A portal under test.
#[derive(Debug)]
pub(crate) struct Portal {
    base: String,
    key: String,
    receiver: String,
    http: reqwest::Client,
    prefix: String,
    version: (u32, u32),
    /// Keeps the emulator running.
    _emulator: Option<Emulator>,
}

/// Runs a test on a portal and cleans up, whatever became of the test.
pub(crate) async fn on_portal<F, T>(test: T)
where
    T: FnOnce(Arc<Portal>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    cleaning_up(Portal::open().await, test).await;
}

async fn cleaning_up<F, T>(portal: Portal, test: T)
where
    T: FnOnce(Arc<Portal>) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let portal = Arc::new(portal);
    let outcome = tokio::spawn(test(Arc::clone(&portal))).await;
    portal.clean_up().await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

impl Portal {
    async fn open() -> Self {
        // Somebody else's provider is as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let Some(base) = variable("DOCSPACE_TEST_BASE_URL") {
            let key = variable("DOCSPACE_TEST_API_KEY")
                .expect("DOCSPACE_TEST_API_KEY beside DOCSPACE_TEST_BASE_URL");
            let receiver = variable("DOCSPACE_TEST_RECEIVER");
            return Self::open_at(base.trim_end_matches('/'), &key, receiver, None).await;
        }
        let emulator = emulator().await;
        let (base, key) = (emulator.base_url(), emulator.api_key().to_owned());
        Self::open_at(&base, &key, None, Some(emulator)).await
    }

    async fn open_at(
        base: &str,
        key: &str,
        receiver: Option<String>,
        emulator: Option<Emulator>,
    ) -> Self {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut portal = Self {
            base: base.to_owned(),
            key: key.to_owned(),
            receiver: receiver.unwrap_or_else(|| "https://example.com/".to_owned()),
            http,
            prefix: format!("{FAMILY}{}-{number}-", std::process::id()),
            version: (0, 0),
            _emulator: emulator,
        };
        portal.version = portal.read_version().await;
        portal
    }

    async fn read_version(&self) -> (u32, u32) {
        let build = self.get("settings/version/build").await.response();
        let text = build["docSpace"].as_str().expect("a version").to_owned();
        let mut numbers = text.split('.').map(|part| part.parse().expect("a number"));
        (numbers.next().unwrap(), numbers.next().unwrap_or(0))
    }

    /// Whether the portal is at least this version; says so when a test does not apply.
    pub(crate) fn is_since(&self, major: u32, minor: u32) -> bool {
        let applies = self.version >= (major, minor);
        if !applies {
            let (at_major, at_minor) = self.version;
            eprintln!("skipped: needs {major}.{minor}, the portal is {at_major}.{at_minor}");
        }
        applies
    }

    /// The name of a webhook of this test.
    pub(crate) fn name(&self, label: &str) -> String {
        format!("{}{label}", self.prefix)
    }

    /// An address that the portal can probe, different for every label.
    pub(crate) fn uri(&self, label: &str) -> String {
        format!("{}?contract={label}", self.receiver)
    }

    /// A complete request body.
    pub(crate) fn body(&self, label: &str) -> Value {
        json!({
            "name": self.name(label),
            "uri": self.uri(label),
            "secretKey": SECRET,
            "enabled": true,
            "ssl": true,
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

    /// Creates a webhook and returns it as answered.
    pub(crate) async fn create(&self, body: &Value) -> Value {
        self.post(WEBHOOK, body).await.response()
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

    async fn clean_up(&self) {
        let list = self.get(WEBHOOK).await;
        if list.status != 200 {
            return;
        }
        let items = list.response();
        for item in items.as_array().expect("a list") {
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

pub(crate) async fn finish(request: reqwest::RequestBuilder) -> Reply {
    let answer = request.send().await.expect("an answer");
    Reply {
        status: answer.status().as_u16(),
        headers: answer
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = value.to_str().unwrap_or_default();
                (name.to_string(), value.to_owned())
            })
            .collect(),
        text: answer.text().await.expect("a body"),
    }
}

/// An emulator that stands on a make-believe internet: nothing leaves the machine.
async fn emulator() -> Emulator {
    let mut config = Config::default();
    let hosts = [
        ("*", Resolution::Public, ProbeOutcome::Status(200)),
        (
            "nowhere.invalid",
            Resolution::Unresolvable,
            ProbeOutcome::Refused,
        ),
        (
            "localhost",
            Resolution::Addresses(vec!["127.0.0.1".parse().unwrap()]),
            ProbeOutcome::Refused,
        ),
    ];
    for (host, resolve, probe) in hosts {
        let rule = HostRule {
            resolve: Some(resolve),
            probe: Some(probe),
        };
        config.settings.hosts.insert(host.to_owned(), rule);
    }
    Emulator::start(config).await.expect("an emulator")
}

#[tokio::test]
async fn a_failing_test_leaves_no_webhook_behind() {
    let emulator = emulator().await;
    let mine = emulator.create_webhook(docspace_emulator::NewWebhook::default());
    let (base, key) = (emulator.base_url(), emulator.api_key().to_owned());
    let failing = tokio::spawn(async move {
        let portal = Portal::open_at(&base, &key, None, None).await;
        cleaning_up(portal, |portal| async move {
            portal.create(&portal.body("a")).await;
            panic!("this test fails on purpose");
        })
        .await;
    });
    assert!(failing.await.unwrap_err().is_panic());
    let left: Vec<i32> = emulator.webhooks().iter().map(|hook| hook.id).collect();
    assert_eq!(left, [mine.id], "others' webhooks are left alone");
    assert_eq!(
        emulator
            .request_summary()
            .count("POST /api/2.0/settings/webhook"),
        1
    );
}
