//! Connections: proxies, pooling, size.

use docspace_emulator::DEFAULT_API_KEY;
use terraform_provider_docspace::api::{Cause, Client, ConnectReason, NotJson};

use super::bench::{client_of, create, eventually, id};
use super::scripted::{Scripted, Step, answer};

const EMPTY_LIST: &str = r#"{"response":[]}"#;
const ROLE: &str = "DOCSPACE_TEST_PROXY_CHILD";

fn client(server: &Scripted, max_retries: u32) -> Client {
    client_of(&server.base_url(), "sk-1", |config| {
        config.max_retries = max_retries;
    })
}

#[tokio::test]
async fn requests_carry_the_documented_headers_and_no_other() {
    let server = Scripted::start([Step::json("200 OK", EMPTY_LIST), Step::Close]).await;
    let client = client_of(&server.base_url(), "sk-1", |config| {
        config.user_agent = "docspace-test/1 (a\r\nX-Injected: b)".to_owned();
    });
    client.list_webhooks().await.unwrap();
    client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    let headers = |request: &str| -> Vec<String> {
        let (head, _) = request.split_once("\r\n\r\n").unwrap();
        let mut names: Vec<String> = head.lines().skip(1).map(str::to_lowercase).collect();
        names.sort();
        names
    };
    let host = format!("host: 127.0.0.1:{}", server.port());
    let requests = server.requests();
    assert!(requests[0].starts_with("GET /api/2.0/settings/webhook HTTP/1.1\r\n"));
    let common = [
        "accept: application/json".to_owned(),
        "authorization: bearer sk-1".to_owned(),
    ];
    let agent = "user-agent: docspace-test/1 (ax-injected: b)".to_owned();
    assert_eq!(
        headers(&requests[0]),
        [
            &["accept-encoding: gzip".to_owned()],
            common.as_slice(),
            &[host.clone(), agent.clone()]
        ]
        .concat()
    );
    let body = requests[1].split_once("\r\n\r\n").unwrap().1;
    assert_eq!(
        headers(&requests[1]),
        [
            common.as_slice(),
            &[
                format!("content-length: {}", body.len()),
                "content-type: application/json".to_owned(),
                host,
                agent
            ]
        ]
        .concat()
    );
}

#[tokio::test]
async fn a_create_on_a_connection_that_dies_is_sent_once() {
    let server = Scripted::start([Step::json("200 OK", EMPTY_LIST), Step::Close]).await;
    let client = client(&server, 4);
    client.list_webhooks().await.unwrap();
    let error = client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), Cause::Transport { .. }), "{error}");
    assert!(error.outcome_unknown());
    let posts = |request: &&String| request.starts_with("POST");
    assert_eq!(server.requests().iter().filter(posts).count(), 1);
    assert_eq!(
        server.connections(),
        1,
        "the create used the pooled connection"
    );
}

/// As servers and proxies close what nobody has used for a while.
#[tokio::test]
async fn a_pooled_connection_that_was_closed_is_replaced_without_an_error() {
    let server = Scripted::start([
        Step::AnswerAndClose(answer("200 OK", "", EMPTY_LIST)),
        Step::json("200 OK", r#"{"response":{"id":5}}"#),
    ])
    .await;
    let client = client(&server, 0);
    client.list_webhooks().await.unwrap();
    eventually(|| server.closed() == 1).await;
    let created = client.create_webhook(&create("a"), |_| true).await;
    assert_eq!(created.unwrap().id, id(5));
    assert_eq!((server.requests().len(), server.connections()), (2, 2));
}

#[tokio::test]
async fn a_fresh_connection_is_not_one_that_was_used_before() {
    let list = || Step::json("200 OK", EMPTY_LIST);
    let server = Scripted::start([list(), list(), list(), list()]).await;
    let client = client(&server, 0);
    for _ in 0..2 {
        client.list_webhooks().await.unwrap();
    }
    assert_eq!(server.connections(), 1);
    let fresh = client.again();
    for connections in 2..4 {
        fresh.list_webhooks().await.unwrap();
        assert_eq!(server.connections(), connections);
    }
}

#[tokio::test]
async fn compression_that_was_not_asked_for_is_recognized() {
    let mut gzip =
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 10\r\n\r\n".to_vec();
    gzip.extend_from_slice(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03");
    let server = Scripted::start([Step::Answer(gzip)]).await;
    let error = client(&server, 0).trigger_catalog().await.unwrap_err();
    let Cause::NotJson { found } = error.cause() else {
        panic!("{error:?}");
    };
    assert_eq!(*found, NotJson::Compressed);
}

#[tokio::test]
async fn answers_that_are_not_http_or_end_early_are_transport_errors() {
    for bytes in [
        b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"response\":".to_vec(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"resp".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(),
    ] {
        let server = Scripted::start([Step::AnswerAndClose(bytes)]).await;
        let error = client(&server, 0)
            .create_webhook(&create("a"), |_| true)
            .await
            .unwrap_err();
        assert!(matches!(error.cause(), Cause::Transport { .. }), "{error}");
        assert!(error.outcome_unknown());
    }
}

#[tokio::test]
async fn an_answer_that_is_announced_too_large_is_not_read() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n{";
    let server = Scripted::start([Step::Answer(head.into())]).await;
    let error = client(&server, 4).list_webhooks().await.unwrap_err();
    assert!(matches!(error.cause(), Cause::TooLarge { limit } if *limit == 64 * 1024 * 1024));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let server = Scripted::start([Step::Flood]).await;
    let error = client(&server, 0)
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(matches!(error.cause(), Cause::TooLarge { .. }), "{error}");
    assert!(error.outcome_unknown());
}

#[tokio::test]
async fn an_error_answer_that_is_too_large_keeps_its_status_but_has_no_meaning() {
    let head = "HTTP/1.1 403 Forbidden\r\nContent-Length: 9999999\r\n\r\n";
    let server = Scripted::start([Step::Answer(head.into())]).await;
    let error = client(&server, 0).list_webhooks().await.unwrap_err();
    assert_eq!(error.status(), Some(403));
    assert!(!error.is_scope_refused() && !error.is_access_denied());
}

#[tokio::test]
async fn a_portal_that_is_not_there_is_a_connect_error_with_its_host() {
    let (_taken, address) = crate::portal::nobody();
    let client = client_of(&format!("http://{address}"), "sk-1", |_| {});
    let error = client.list_webhooks().await.unwrap_err();
    let Cause::Connect {
        host,
        detail,
        reason,
        through: None,
    } = error.cause()
    else {
        panic!("{error:?}");
    };
    assert_eq!(
        (host.as_str(), *reason),
        (address.to_string().as_str(), ConnectReason::Other)
    );
    assert!(detail.contains("refused"), "{detail}");
}

/// The environment belongs to the process, so this test starts itself again with proxies in it. Whoever makes a client
/// says which proxy it goes through; the libraries below look for none.
#[tokio::test]
async fn the_environment_is_not_read() {
    if let Ok(portal) = std::env::var(ROLE) {
        let client = client_of(&portal, "sk-1", |_| {});
        assert!(client.list_webhooks().await.unwrap().is_empty());
        let elsewhere = client_of("https://portal.invalid", DEFAULT_API_KEY, |_| {});
        let error = elsewhere.list_webhooks().await.unwrap_err();
        assert!(matches!(error.cause(), Cause::Connect { .. }), "{error}");
        return;
    }
    let portal = Scripted::start([Step::json("200 OK", EMPTY_LIST)]).await;
    let proxy = Scripted::start([]).await;
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    for variable in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy"] {
        child.env(variable, proxy.base_url());
    }
    let child = child
        .args(["--exact", "client::transport::the_environment_is_not_read"])
        .env(ROLE, portal.base_url())
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}");
    assert!(output.contains("1 passed"), "{output}");
    assert_eq!((portal.requests().len(), proxy.connections()), (1, 0));
}
