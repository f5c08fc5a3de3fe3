//! Programs that people have before their portals: nginx with `limit_req`, tinyproxy. `cargo xtask ci` runs this; it
//! needs both.

#[path = "../support/middle.rs"]
mod middle;

use docspace_emulator::Config;

use self::middle::Middle;
use crate::harness::{Case, Webhook};

/// How many webhooks a limiter stands in the way of.
const COUNT: usize = 60;

/// The directives of a limiter.
struct Limiter {
    rate: u32,
    burst: &'static str,
    status: u16,
    retry_after: Option<&'static str>,
}

impl Limiter {
    fn start(&self, portal: &str) -> Middle {
        let (rate, burst, status) = (self.rate, self.burst, self.status);
        let asked = self.retry_after.map_or_else(String::new, |asked| {
            format!(
                "map $status $again {{ default \"\"; {status} \"{asked}\"; }}\nadd_header Retry-After $again always;\n"
            )
        });
        Middle::nginx(
            portal,
            &format!(
                "limit_req_zone $server_addr zone=portal:1m rate={rate}r/s;\nlimit_req_status {status};\n{asked}"
            ),
            &format!("limit_req zone=portal {burst};"),
        )
    }
}

/// Webhooks that differ in their address.
fn everywhere(host: &str) -> Webhook {
    Webhook::new("ci")
        .with("count", &COUNT.to_string())
        .with("uri", &format!("\"https://{host}/${{count.index}}\""))
}

/// Has a whole life of webhooks pass a limiter: nothing fails, nothing is made twice.
fn is_waited_out(limiter: &Limiter) {
    let mut case = Case::new();
    let nginx = limiter.start(&case.portal.base_url());
    case.set("DOCSPACE_BASE_URL", &nginx.address(""));
    let changed = |host| {
        case.write("main.tf", everywhere(host));
        case.apply().succeeds();
        let webhooks = case.portal.webhooks();
        assert_eq!(webhooks.len(), COUNT);
        let wanted = format!("https://{host}/");
        assert!(
            webhooks
                .iter()
                .all(|webhook| webhook.uri.starts_with(&wanted))
        );
        let summary = case.portal.request_summary();
        // Whoever was refused has not reached the portal.
        assert_eq!(summary.by_status.keys().collect::<Vec<_>>(), ["200"]);
        case.take_requests()
    };
    let created = changed("example.com");
    assert_eq!(created["POST webhook"], COUNT as u64);
    let updated = changed("example.net");
    assert_eq!(updated["PUT webhook"], COUNT as u64);
    case.destroy().succeeds();
    assert!(case.portal.webhooks().is_empty());
    let refused = nginx.log().matches("limiting requests").count();
    assert!(refused > 0, "the limiter had nothing to do");
}

#[test]
#[ignore = "needs nginx; cargo xtask ci runs it"]
fn a_limiter_that_says_when_to_come_back_is_waited_out() {
    is_waited_out(&Limiter {
        rate: 10,
        burst: "burst=3 nodelay",
        status: 429,
        retry_after: Some("1"),
    });
}

#[test]
#[ignore = "needs nginx; cargo xtask ci runs it"]
fn a_limiter_that_says_only_429_is_waited_out() {
    is_waited_out(&Limiter {
        rate: 5,
        burst: "burst=1",
        status: 429,
        retry_after: None,
    });
}

#[test]
#[ignore = "needs nginx; cargo xtask ci runs it"]
fn a_limiter_that_looks_like_an_outage_is_waited_out() {
    is_waited_out(&Limiter {
        rate: 20,
        burst: "burst=5 nodelay",
        status: 503,
        retry_after: None,
    });
}

/// The portal is at 0.0.0.0, which reaches this machine and is no loopback address by the rules of proxies.
#[test]
#[ignore = "needs tinyproxy; cargo xtask ci runs it"]
fn a_proxy_with_a_login_is_gone_through_and_blamed_for_a_wrong_one() {
    const PASSWORD: &str = "hunter2-proxy";
    let proxy = Middle::tinyproxy(&format!("BasicAuth user {PASSWORD}\n"));
    let mut case = Case::with(Config::offline());
    let elsewhere = case.portal.base_url().replace("127.0.0.1", "0.0.0.0");
    case.set("DOCSPACE_BASE_URL", &elsewhere);
    case.write("main.tf", Webhook::new("ci"));
    case.write(
        "provider.tf",
        "provider \"docspace\" {\n  allow_plain_http = true\n}\n",
    );
    case.set("HTTP_PROXY", &proxy.address(&format!("user:{PASSWORD}@")));
    case.apply().succeeds().hides(PASSWORD);
    assert_eq!(case.portal.webhooks().len(), 1);
    let asked = format!("POST {elsewhere}/api/2.0/settings/webhook");
    assert!(proxy.log().contains(&asked), "{}", proxy.log());

    case.set("HTTP_PROXY", &proxy.address("user:other-password@"));
    case.plan()
        .fails()
        .errs("Could not read the webhook: login demanded by a gateway (401)")
        .says("some proxies refuse a wrong password like this, so check the one in HTTP_PROXY too")
        .hides("other-password");
    case.set("HTTP_PROXY", &proxy.address(&format!("user:{PASSWORD}@")));
    case.destroy().succeeds();
    assert!(case.portal.webhooks().is_empty());
}
