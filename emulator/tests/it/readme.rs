use serde_json::Value;

use crate::client::{Client, WEBHOOKS, start_offline, webhook};

const README: &str = include_str!("../../README.md");

/// A `curl` of the README that talks to the control port.
#[derive(Debug)]
struct Example {
    method: String,
    path: String,
    body: Option<Value>,
}

fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    let mut is_shell = false;
    let mut open = String::new();
    for line in README.lines() {
        if line.starts_with("```") {
            is_shell = line == "```sh";
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
        .map(|body| serde_json::from_str(body).expect("JSON in the README"));
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
    let examples = examples();
    assert!(examples.len() >= 12, "{}", examples.len());
    for example in examples {
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
