use docspace_emulator::{Config, HostRule, ProbeOutcome, Profile, Resolution};
use serde_json::{Value, json};

use crate::client::{WEBHOOKS, nobody, start};
use crate::receiver::Receiver;

fn probing() -> Config {
    let mut config = Config::default();
    config.settings.blacklist.clear();
    config
}

fn body(name: &str, uri: &str) -> Value {
    json!({"name": name, "uri": uri, "secretKey": "S3cretKey-42", "enabled": true, "ssl": false})
}

#[tokio::test]
async fn create_update_and_enable_probe_the_receiver() {
    let (emulator, client) = start(probing()).await;
    let receiver = Receiver::start(&[200]).await;
    let mut hook = body("a", &receiver.url());
    assert_eq!(client.post(WEBHOOKS, &hook).await.status, 200);
    assert_eq!(receiver.probes(), 1);
    let probe = &receiver.received()[0];
    assert_eq!(probe.method, "HEAD");
    assert_eq!(probe.header("authorization"), None);
    assert_eq!(probe.header("x-docspace-signature-256"), None);
    hook["id"] = json!(1);
    hook["enabled"] = json!(false);
    assert_eq!(client.put(WEBHOOKS, &hook).await.status, 200);
    assert_eq!(
        receiver.probes(),
        2,
        "also when it is switched off by an update"
    );
    let enable = "/api/2.0/settings/webhook/enable";
    assert_eq!(client.put(enable, &hook).await.status, 200);
    assert_eq!(receiver.probes(), 2, "switching off is unchecked");
    hook["enabled"] = json!(true);
    assert_eq!(client.put(enable, &hook).await.status, 200);
    assert_eq!(receiver.probes(), 3);
    assert!(emulator.webhook(1).unwrap().enabled);
}

/// O13: each way in which an address can be wrong, with the portal's words.
#[tokio::test]
async fn wrong_addresses_are_refused_in_the_portals_words() {
    let mut config = Config::default();
    config.settings.hosts = [
        (
            "missing.test",
            Resolution::Public,
            ProbeOutcome::Status(404),
        ),
        ("moved.test", Resolution::Public, ProbeOutcome::Status(302)),
        ("down.test", Resolution::Public, ProbeOutcome::Refused),
        (
            "nowhere.test",
            Resolution::Unresolvable,
            ProbeOutcome::Refused,
        ),
    ]
    .map(|(host, resolve, probe)| {
        let rule = HostRule {
            resolve: Some(resolve),
            probe: Some(probe),
        };
        (host.to_owned(), rule)
    })
    .into();
    let (emulator, client) = start(config).await;
    let unavailable = "Webhook URL is not available. HEAD request is not response 200 http status.";
    for (uri, ssl, status, message) in [
        ("https://missing.test/", true, 400, unavailable),
        ("https://moved.test/", true, 400, unavailable),
        (
            "https://down.test/",
            true,
            500,
            "Connection refused (down.test:443)",
        ),
        (
            "https://nowhere.test/",
            true,
            400,
            "DNS resolution failed for nowhere.test",
        ),
        (
            "http://10.0.0.1/",
            false,
            400,
            "URL host is in the blacklist",
        ),
        ("http://missing.test/", true, 400, "HTTPS is required"),
        (
            "ftp://missing.test/",
            true,
            400,
            "Invalid URL scheme: ftp. Only http and https are allowed",
        ),
        ("no-url", true, 400, "Invalid URL format"),
    ] {
        let mut hook = body("a", uri);
        hook["ssl"] = json!(ssl);
        let reply = client.post(WEBHOOKS, &hook).await;
        assert_eq!(
            (reply.status, reply.message().as_str()),
            (status, message),
            "{uri}"
        );
        let error = if status == 500 {
            "System.Net.Http.HttpRequestException"
        } else {
            "System.ArgumentException"
        };
        assert_eq!(reply.json()["error"]["type"], error, "{uri}");
    }
    assert!(emulator.webhooks().is_empty());
}

#[tokio::test]
async fn other_answers_than_2xx_are_refused() {
    let (emulator, client) = start(probing()).await;
    let receiver = Receiver::start(&[200]).await;
    for status in [204, 301, 404, 500] {
        receiver.answer_probes_with(status, (status == 301).then_some("/elsewhere"));
        let reply = client
            .post(WEBHOOKS, &body(&status.to_string(), &receiver.url()))
            .await;
        if status == 204 {
            assert_eq!(reply.status, 200);
        } else {
            assert_eq!(reply.status, 400);
            assert_eq!(
                reply.message(),
                "Webhook URL is not available. HEAD request is not response 200 http status."
            );
        }
    }
    assert_eq!(emulator.webhooks().len(), 1);
}

#[tokio::test]
async fn an_unreachable_receiver_is_a_500_and_nothing_is_stored() {
    let (emulator, client) = start(probing()).await;
    let (_taken, address) = nobody();
    let reply = client
        .post(WEBHOOKS, &body("a", &format!("http://{address}/")))
        .await;
    assert_eq!(reply.status, 500);
    assert_eq!(reply.message(), format!("Connection refused ({address})"));
    let error = &reply.json()["error"];
    assert_eq!(error["type"], "System.Net.Http.HttpRequestException");
    assert!(emulator.webhooks().is_empty());
}

#[tokio::test]
async fn a_silent_receiver_is_a_500_after_the_time_limit() {
    let mut config = probing();
    config.settings.probe_timeout_ms = 50;
    let (_emulator, client) = start(config).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}/", silent.local_addr().unwrap());
    let reply = client.post(WEBHOOKS, &body("a", &uri)).await;
    assert_eq!(reply.status, 500);
    assert_eq!(
        reply.message(),
        "The request was canceled due to the configured HttpClient.Timeout of 0.05 seconds elapsing."
    );
    let error = &reply.json()["error"];
    assert_eq!(
        error["type"],
        "System.Threading.Tasks.TaskCanceledException"
    );
}

#[tokio::test]
async fn outcomes_can_be_given_per_host() {
    let mut config = Config::default();
    let rule = |probe| HostRule {
        resolve: Some(Resolution::Public),
        probe: Some(probe),
    };
    for (host, probe) in [
        ("*", ProbeOutcome::Status(200)),
        ("refused.test", ProbeOutcome::Refused),
        ("tls.test", ProbeOutcome::TlsFailure),
        ("slow.test", ProbeOutcome::Timeout),
        ("missing.test", ProbeOutcome::Status(404)),
    ] {
        config.settings.hosts.insert(host.to_owned(), rule(probe));
    }
    let (_emulator, client) = start(config).await;
    for (host, status, message) in [
        ("any.test", 200, ""),
        ("refused.test", 500, "Connection refused (refused.test:443)"),
        (
            "tls.test",
            500,
            "The SSL connection could not be established, see inner exception.",
        ),
        (
            "slow.test",
            500,
            "The request was canceled due to the configured HttpClient.Timeout of 10 seconds elapsing.",
        ),
        (
            "missing.test",
            400,
            "Webhook URL is not available. HEAD request is not response 200 http status.",
        ),
    ] {
        let reply = client
            .post(WEBHOOKS, &body(host, &format!("https://{host}/")))
            .await;
        assert_eq!(reply.status, status, "{host}");
        if status != 200 {
            assert_eq!(reply.message(), message);
        }
    }
}

#[tokio::test]
async fn certificates_are_verified_unless_ssl_is_off() {
    let identity = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = identity.cert.pem().into_bytes();
    let tls = docspace_emulator::TlsIdentity {
        certificate_chain: pem.clone(),
        private_key: identity.signing_key.serialize_pem().into_bytes().into(),
    };
    // Another portal is a receiver that speaks https; HEAD of its root answers 404, which is an answer.
    let (receiver, _) = {
        let config = Config {
            tls: Some(tls),
            ..Config::offline()
        };
        let emulator = docspace_emulator::Emulator::start(config).await.unwrap();
        let port = emulator.base_url().rsplit(':').next().unwrap().to_owned();
        (emulator, port)
    };
    let uri = receiver.base_url().replace("127.0.0.1", "localhost") + "/hook";
    let answered = "Webhook URL is not available. HEAD request is not response 200 http status.";
    let refused = "The SSL connection could not be established, see inner exception.";
    for (ca, ssl, message) in [
        (None, true, refused),
        (None, false, answered),
        (Some(pem), true, answered),
    ] {
        let config = Config {
            receiver_ca: ca,
            ..probing()
        };
        let (_emulator, client) = start(config).await;
        let mut hook = body("a", &uri);
        hook["ssl"] = json!(ssl);
        assert_eq!(client.post(WEBHOOKS, &hook).await.message(), message);
    }
}

#[tokio::test]
async fn probes_follow_redirects_before_3_7_and_do_not_exist_in_3_0() {
    for (profile, status, probes) in [
        (Profile::V3_0, 200, 0),
        (Profile::V3_1, 200, 1),
        (Profile::V3_6, 200, 1),
        (Profile::V3_7, 400, 1),
    ] {
        let mut config = probing();
        config.settings.profile = profile;
        let (_emulator, client) = start(config).await;
        let target = Receiver::start(&[200]).await;
        let receiver = Receiver::start(&[200]).await;
        receiver.answer_probes_with(302, Some(&target.url()));
        let reply = client.post(WEBHOOKS, &body("a", &receiver.url())).await;
        assert_eq!(reply.status, status, "{profile}");
        assert_eq!(receiver.probes(), probes, "{profile}");
    }
}

/// Only Linux answers on every address of 127.0.0.0/8.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn since_3_7_only_the_first_address_of_a_name_is_tried() {
    for (profile, status) in [(Profile::V3_6, 200), (Profile::V3_7, 500)] {
        let mut config = probing();
        config.settings.profile = profile;
        let addresses = ["127.0.0.2", "127.0.0.1"].map(|text| text.parse().unwrap());
        config.settings.hosts.insert(
            "two.example.com".to_owned(),
            HostRule {
                resolve: Some(Resolution::Addresses(addresses.to_vec())),
                probe: None,
            },
        );
        let (_emulator, client) = start(config).await;
        let receiver = Receiver::start(&[200]).await;
        let uri = format!("http://two.example.com:{}/", receiver.port());
        let reply = client.post(WEBHOOKS, &body("a", &uri)).await;
        assert_eq!(reply.status, status, "{profile}: {}", reply.text());
    }
}
