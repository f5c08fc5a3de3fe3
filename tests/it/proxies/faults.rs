//! What a proxy does wrong: it is named, the portal is not blamed, and what cannot heal is tried once.

use std::time::Duration;

use rcgen::date_time_ymd;
use terraform_provider_docspace::api::{
    Cause, ConnectReason, Error, ProxyAnswer, ProxyFault, TlsFault,
};
use tokio::net::TcpListener;

use super::forward::Forward;
use super::{answering, client};
use crate::client::bench::create;
use crate::client::scripted::{Scripted, Step, answer};
use crate::client::trust::{localhost, self_signed};

const PORTAL: &str = "https://portal.example.com";

/// Asks a portal through this proxy, and returns the fault and how often it was tried.
async fn fault(address: &str) -> (ProxyFault, u32) {
    // A certificate, so that the system's are not needed.
    let client = client(PORTAL, "HTTPS_PROXY", address, Some(self_signed(|_| {}).1));
    let error = client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert!(!error.outcome_unknown(), "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hush") && !text.contains("sk-"), "{text}");
    let Cause::Proxy { proxy, fault } = error.cause() else {
        panic!("{error:?}");
    };
    assert_eq!(proxy.variable, "HTTPS_PROXY");
    let place = address.rsplit(['@', '/']).next().unwrap();
    assert_eq!(proxy.address, place);
    (fault.clone(), error.attempts())
}

/// Asks through a proxy that answers a CONNECT so, however often.
async fn answered(bytes: Vec<u8>) -> (ProxyFault, u32) {
    // For each attempt, and for the question that follows the first.
    let answers = std::array::from_fn::<_, 3, _>(|_| Step::AnswerAndClose(bytes.clone()));
    let proxy = Scripted::start(answers).await;
    let (fault, attempts) = fault(&format!("http://user:hush@127.0.0.1:{}", proxy.port())).await;
    let requests = proxy.requests();
    assert!(requests[0].starts_with("CONNECT portal.example.com:443 HTTP/1.1\r\n"));
    (fault, attempts)
}

#[tokio::test]
async fn a_refusal_of_a_tunnel_is_tried_again_only_where_that_can_help() {
    for (status, attempts) in [
        (400, 1),
        (403, 1),
        (404, 1),
        (405, 1),
        (302, 1),
        (429, 2),
        (500, 2),
        (502, 2),
        (503, 2),
        (504, 2),
        (511, 1),
    ] {
        let refusal = ProxyFault::Refused(ProxyAnswer::Status(status));
        let bytes = answer(&format!("{status} No"), "", "<html>hush</html>");
        assert_eq!(answered(bytes).await, (refusal, attempts), "{status}");
    }
}

#[tokio::test]
async fn a_login_that_is_demanded_or_refused_is_never_tried_again() {
    for (challenges, takes_passwords) in [
        ("", true),
        ("Proxy-Authenticate: Basic realm=\"x\"\r\n", true),
        (
            "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: basic realm=\"x\"\r\n",
            true,
        ),
        ("Proxy-Authenticate: NTLM, Basic realm=\"x\"\r\n", true),
        (
            "Proxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\n",
            false,
        ),
    ] {
        let bytes = answer("407 Proxy Authentication Required", challenges, "");
        let demanded = |was_told| ProxyFault::Login {
            answer: ProxyAnswer::Status(407),
            was_told,
            takes_passwords,
        };
        assert_eq!(
            answered(bytes.clone()).await,
            (demanded(true), 1),
            "{challenges}"
        );
        let answers = [
            Step::AnswerAndClose(bytes.clone()),
            Step::AnswerAndClose(bytes),
        ];
        let proxy = Scripted::start(answers).await;
        let address = format!("http://127.0.0.1:{}", proxy.port());
        assert_eq!(fault(&address).await, (demanded(false), 1), "{challenges}");
    }
}

#[tokio::test]
async fn what_is_no_answer_to_a_connect_is_no_answer_of_the_portal() {
    let headers = "X-More: a\r\n".repeat(101);
    let long = answer("200 OK", &headers, "");
    assert_eq!(answered(long).await, (ProxyFault::LongHead, 1));
    let other = b"SSH-2.0-OpenSSH_9.6\r\n".to_vec();
    assert_eq!(answered(other).await, (ProxyFault::NotHttp, 1));
    // A TLS alert: the proxy is itself reached by TLS.
    let alert = vec![0x15, 3, 1, 0, 2, 2, 10];
    assert_eq!(answered(alert).await, (ProxyFault::NotHttp, 1));
    let closed = answered(Vec::new()).await;
    assert!(
        matches!(closed, (ProxyFault::Broken { .. }, 2)),
        "{closed:?}"
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_with_its_variable() {
    let (_taken, address) = crate::portal::nobody();
    for scheme in ["http", "https", "socks5"] {
        let (fault, attempts) = fault(&format!("{scheme}://user:hush@{address}")).await;
        let ProxyFault::Unreachable { detail } = fault else {
            panic!("{fault:?}");
        };
        assert!(detail.contains("refused"), "{detail}");
        assert_eq!(attempts, 2);
    }
    let (fault, attempts) = fault("http://user:hush@proxy.invalid:3128").await;
    assert!(
        matches!(fault, ProxyFault::NameResolution { .. }),
        "{fault:?}"
    );
    assert_eq!(attempts, 2);
}

/// Nothing of TLS with the proxy heals by itself, and none of it is about the portal.
#[tokio::test]
async fn tls_with_the_proxy_itself_is_told_from_tls_with_the_portal() {
    let (tls, _) = self_signed(|_| {});
    let proxy = Forward::https(1, tls).await;
    let (fault, attempts) = fault(&format!("https://user:hush@localhost:{}", proxy.port())).await;
    let ProxyFault::Tls { fault, .. } = fault else {
        panic!("{fault:?}");
    };
    assert_eq!((fault, attempts), (TlsFault::UnknownIssuer, 1));
    assert!(proxy.told().is_empty());

    let proxy = Scripted::start([]).await;
    drop(proxy);
    let (address, _server) = answering(answer("400 Bad Request", "", "")).await;
    let (fault, attempts) = super::faults::fault(&format!("https://user:hush@{address}")).await;
    let ProxyFault::Tls { fault, .. } = fault else {
        panic!("{fault:?}");
    };
    assert_eq!((fault, attempts), (TlsFault::NotTls, 1));
}

#[tokio::test]
async fn each_refusal_of_socks_has_its_meaning() {
    let refused = |reply| ProxyFault::Refused(ProxyAnswer::Socks(reply));
    for (answers, expected, attempts) in [
        (
            b"\x05\x02\x01\x00\x05\x01\x00\x01\0\0\0\0\0\0" as &[u8],
            refused(1),
            2,
        ),
        (
            b"\x05\x02\x01\x00\x05\x02\x00\x01\0\0\0\0\0\0",
            refused(2),
            1,
        ),
        (
            b"\x05\x02\x01\x00\x05\x05\x00\x01\0\0\0\0\0\0",
            refused(5),
            2,
        ),
        (
            b"\x05\x02\x01\x00\x05\x07\x00\x01\0\0\0\0\0\0",
            refused(7),
            1,
        ),
        (b"\x05\xff", refused_login(), 1),
        (b"\x05\x02\x01\x01", refused_login(), 1),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ProxyFault::NotSocks, 1),
        (b"\x05\x02\x01\x00HTTP/1.1", ProxyFault::NotSocks, 1),
        (
            b"\x05\x02\x01\x00\x05\x00\x00\x07\0\0\0\0\0\0",
            ProxyFault::NotSocks,
            1,
        ),
    ] {
        let (address, _server) = answering(answers.to_vec()).await;
        let found = fault(&format!("socks5://user:hush@{address}")).await;
        assert_eq!(found, (expected, attempts));
    }
    let (address, _server) = answering(b"\x05".to_vec()).await;
    let found = fault(&format!("socks5://user:hush@{address}")).await;
    assert!(matches!(found, (ProxyFault::Broken { .. }, 2)), "{found:?}");
}

fn refused_login() -> ProxyFault {
    ProxyFault::SocksLogin { was_told: true }
}

/// What goes wrong behind the proxy is the portal's, and says through whom it was asked.
#[tokio::test]
async fn tls_with_the_portal_is_not_blamed_on_the_proxy() {
    let (tls, _) = self_signed(|params| {
        *params = localhost();
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let portal = Scripted::start_tls([], tls).await;
    let proxy = Forward::http(portal.port()).await;
    let error = ask_through(&proxy).await;
    let Cause::Connect {
        reason,
        through,
        host,
        ..
    } = error.cause()
    else {
        panic!("{error:?}");
    };
    assert!(matches!(reason, ConnectReason::Tls(_)), "{error}");
    assert_eq!(host, "portal.example.com:443");
    assert_eq!(
        through.as_ref().unwrap().address,
        format!("127.0.0.1:{}", proxy.port())
    );
    assert_eq!(error.attempts(), 1);
}

/// The head of an answer that is refused is refused once, by whomever it was made.
#[tokio::test]
async fn an_answer_with_more_than_100_headers_is_asked_for_once() {
    let headers = "X-More: a\r\n".repeat(101);
    let portal = Scripted::start([Step::Answer(answer("200 OK", &headers, "{}"))]).await;
    let client = crate::client::bench::client_of(&portal.base_url(), "sk-1", |config| {
        config.max_retries = 4;
    });
    let error = client.list_webhooks().await.unwrap_err();
    assert!(matches!(error.cause(), Cause::LongHead), "{error}");
    assert_eq!((error.attempts(), portal.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_proxy_that_says_nothing_is_asked_twice_and_named() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let client = client(PORTAL, "HTTPS_PROXY", &address, Some(self_signed(|_| {}).1));
    let mut config = client.config().clone();
    config.request_timeout = Duration::from_secs(1);
    config.max_retries = 4;
    let client = terraform_provider_docspace::api::Client::new(config).unwrap();
    let error = client.list_webhooks().await.unwrap_err();
    let Cause::Proxy { fault, .. } = error.cause() else {
        panic!("{error:?}");
    };
    assert_eq!((fault, error.attempts()), (&ProxyFault::Silent, 2));
}

/// A proxy that reads requests answers them itself where it demands a login.
#[tokio::test]
async fn a_login_is_demanded_by_the_proxy_of_a_portal_without_https() {
    let challenge = "Proxy-Authenticate: Basic realm=\"x\"\r\n";
    let bytes = answer("407 Proxy Authentication Required", challenge, "");
    let proxy = Scripted::start([Step::AnswerAndClose(bytes)]).await;
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let client = client("http://portal.example.com", "HTTP_PROXY", &address, None);
    let error = client.list_webhooks().await.unwrap_err();
    let Cause::Proxy { fault, .. } = error.cause() else {
        panic!("{error:?}");
    };
    assert!(
        matches!(
            fault,
            ProxyFault::Login {
                was_told: false,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!((error.attempts(), proxy.requests().len()), (1, 1));
}

async fn ask_through(proxy: &Forward) -> Error {
    let address = format!("http://127.0.0.1:{}", proxy.port());
    let client = client(PORTAL, "HTTPS_PROXY", &address, Some(self_signed(|_| {}).1));
    client.list_webhooks().await.unwrap_err()
}
