use serde_json::{Value, json};

use crate::client::{Client, WEBHOOKS, start_offline, webhook};
use crate::receiver::Receiver;

const README: &str = include_str!("../../README.md");
const GUIDE: &str = include_str!("../../../docs/guides/testing-without-a-portal.md");

/// A `curl` of a document that talks to the control port.
#[derive(Debug)]
struct Example {
    method: String,
    path: String,
    body: Option<Value>,
}

fn examples(document: &str) -> Vec<Example> {
    let mut found = Vec::new();
    let mut is_shell = false;
    let mut open = String::new();
    for line in document.lines() {
        if line.starts_with("```") {
            is_shell = matches!(line, "```sh" | "```shell");
        } else if is_shell {
            open.push_str(line);
            if open.matches('\'').count().is_multiple_of(2) {
                found.extend(read(&open));
                open.clear();
            }
        }
    }
    found
}

fn read(command: &str) -> Option<Example> {
    let (_, rest) = command.strip_prefix("curl ")?.split_once("$CONTROL")?;
    let path = rest.split([' ', '"']).next()?.to_owned();
    let body = rest
        .split('\'')
        .nth(1)
        .map(|body| serde_json::from_str(body).expect("JSON in the document"));
    let named = command.split("-X ").nth(1);
    let method = match named.and_then(|rest| rest.split(' ').next()) {
        Some(method) => method,
        None if body.is_some() => "POST",
        None => "GET",
    };
    Some(Example {
        method: method.to_owned(),
        path,
        body,
    })
}

#[test]
fn no_curl_is_overlooked() {
    for document in [README, GUIDE] {
        let commands = document.lines().filter(|line| line.starts_with("curl"));
        assert_eq!(examples(document).len(), commands.count());
    }
}

#[tokio::test]
async fn what_the_guide_makes_happen_happens() {
    let (emulator, client) = start_offline().await;
    emulator.change_settings(|settings| {
        settings.delivery_speed = 1000.0;
        settings.blacklist.clear();
    });
    let receiver = Receiver::start(&[200]).await;
    let mut hook = json!({"name": "a", "uri": receiver.url(), "secretKey": "S3cretKey-42", "enabled": true, "triggers": 256});
    assert_eq!(client.post(WEBHOOKS, &hook).await.status, 200);
    // Only an update makes the portal deliver over plain http.
    hook["id"] = json!(1);
    assert_eq!(client.put(WEBHOOKS, &hook).await.status, 200);
    let control = Client::control(&emulator);
    let mut answers = Vec::new();
    for Example { method, path, body } in examples(GUIDE) {
        let reply = control.send(&method, &path, body.as_ref()).await.unwrap();
        assert!(reply.status < 300, "{method} {path}: {}", reply.text());
        answers.push(reply.json());
    }
    assert_eq!(answers[0], json!({"webhooks": [1], "deliveries": [1]}));
    assert_eq!(answers[1][0]["state"], "delivered");
    assert_eq!(receiver.posts().len(), 1);
    assert_eq!(answers[2]["enabled"], false);
    for status in [503, 503, 200] {
        assert_eq!(client.get(WEBHOOKS).await.status, status);
    }
    assert_eq!(answers[4]["total"], 2, "create and update");
    assert_eq!(control.get("/webhooks").await.json()[0]["id"], 1);
}

#[tokio::test]
async fn every_curl_of_the_readme_works() {
    let (emulator, client) = start_offline().await;
    emulator.change_settings(|settings| settings.delivery_speed = 1000.0);
    emulator.change_settings(|settings| settings.delivery_retries = 0);
    emulator.change_settings(|settings| {
        let nowhere = serde_json::from_str(r#"{"resolve": "unresolvable"}"#).unwrap();
        settings.hosts.insert("example.com".to_owned(), nowhere);
    });
    let control = Client::control(&emulator);
    emulator.create_webhook(docspace_emulator::NewWebhook::default());
    for example in examples(README) {
        let reply = control
            .send(&example.method, &example.path, example.body.as_ref())
            .await
            .unwrap();
        assert!(reply.status < 300, "{example:?}: {}", reply.text());
    }
    emulator.clear_faults();
    emulator.change_settings(|settings| settings.hosts.clear());
    let bo = client.with_key("sk-bo");
    assert_eq!(bo.post(WEBHOOKS, &webhook("a")).await.status, 200);
    let reader = client.with_key("sk-read-only");
    assert_eq!(reader.post(WEBHOOKS, &webhook("b")).await.status, 403);
}

#[test]
fn the_readme_and_the_help_name_the_same_flags() {
    let flags = |text: &str| -> std::collections::BTreeSet<String> {
        text.split(|letter: char| !(letter.is_ascii_lowercase() || letter == '-'))
            .filter(|word| word.len() > 3 && word.starts_with("--"))
            .map(str::to_owned)
            .collect()
    };
    let table: String = README
        .lines()
        .filter(|line| line.starts_with("| `--"))
        .map(|line| line.split(" | ").next().unwrap())
        .collect();
    let help = flags(include_str!("../../src/help.txt"));
    let mut documented = flags(&table);
    documented.extend(["--help".to_owned(), "--version".to_owned()]);
    assert_eq!(documented, help);
}
