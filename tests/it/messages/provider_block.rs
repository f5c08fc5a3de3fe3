//! What is wrong with a provider block.

use serde_json::{Value, json};

use super::page::Section;
use super::{changed, plan};
use crate::commands::{Configuration, Workspace};
use crate::host::value::unknown;
use crate::webhook::{Portal, webhook, with};

/// A certificate that is none.
const BAD_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/// Addresses that are none.
const ADDRESSES: [(&str, &str); 10] = [
    ("The address is empty", ""),
    ("The address has a blank", "https://portal example.com"),
    ("The address has no scheme", "portal.example.com"),
    ("The address has another scheme", "ftp://portal.example.com"),
    (
        "The address holds a password",
        "https://me:pw@portal.example.com",
    ),
    ("The address has a query", "https://portal.example.com?a=b"),
    (
        "The address has a fragment",
        "https://portal.example.com#top",
    ),
    (
        "The address has a path",
        "https://portal.example.com/products/files",
    ),
    ("The address is not encrypted", "http://portal.example.com"),
    ("The address cannot be read", "https://[::1"),
];

/// Values of `HTTPS_PROXY` that are no proxy.
const PROXIES: [(&str, &str); 11] = [
    (
        "The proxy is not Unicode",
        "http://proxy\u{fffd}.example.com",
    ),
    (
        "The proxy ends in a carriage return",
        "http://proxy.example.com:3128\r",
    ),
    (
        "The proxy is in quotes",
        "\"http://proxy.example.com:3128\"",
    ),
    (
        "The proxy has an unknown scheme",
        "htp://proxy.example.com:3128",
    ),
    (
        "The proxy's scheme lacks its slashes",
        "http:proxy.example.com",
    ),
    ("The proxy has no host", "http://:3128"),
    (
        "The proxy's host is invalid",
        "http://proxy!.example.com:3128",
    ),
    (
        "The proxy's port is invalid",
        "http://proxy.example.com:port",
    ),
    (
        "The proxy's password has to be encoded",
        "http://me:p^w@proxy.example.com:3128",
    ),
    (
        "The proxy's path cannot be read",
        "http://proxy.example.com:3128/%zz",
    ),
    ("The proxy has a blank", "proxy corp:8080"),
];

/// Keys that are none.
const KEYS: [(&str, &str); 5] = [
    ("The key is empty", ""),
    ("The key has the word before it", "Bearer sk-0123"),
    ("The key has a blank", "sk-01 23"),
    ("The key ends in a line break", "sk-0123\n"),
    ("The key has another alphabet", "sk-0123\u{e9}"),
];

/// Elements of `allowed_portals` that name no portal.
const ELEMENTS: [(&str, &str); 9] = [
    ("An allowed portal is empty", ""),
    ("An allowed portal has a blank", "portal.example.com "),
    (
        "An allowed portal has a password",
        "me:pw@portal.example.com",
    ),
    (
        "An allowed portal has a scheme",
        "https://portal.example.com",
    ),
    ("An allowed portal has a path", "portal.example.com/rooms"),
    ("An allowed portal is a wildcard", "*.example.com"),
    (
        "An allowed portal is an IPv6 address without brackets",
        "::1",
    ),
    (
        "An allowed portal has another port",
        "portal.example.com:https",
    ),
    ("An allowed portal has no host", ":8443"),
];

pub async fn section() -> Section {
    let mut section = Section::new("The provider block");
    let nothing = Workspace::new(json!({}));
    add(&mut section, "Neither address nor key is set", nothing).await;
    for (when, address) in ADDRESSES {
        add(&mut section, when, block(json!({"base_url": address}))).await;
    }
    let elsewhere = block(json!({"base_url": null})).env("DOCSPACE_BASE_URL", "portal.example.com");
    add(
        &mut section,
        "The address in the environment is wrong",
        elsewhere,
    )
    .await;
    for (when, key) in KEYS {
        add(&mut section, when, block(json!({"api_key": key}))).await;
    }
    let elsewhere = block(json!({"api_key": null})).env("DOCSPACE_API_KEY", "sk-01 23");
    add(
        &mut section,
        "The key in the environment is wrong",
        elsewhere,
    )
    .await;
    for (when, changes) in [
        (
            "The time limit is not a duration",
            json!({"request_timeout": "soon"}),
        ),
        (
            "The number of retries is out of range",
            json!({"max_retries": 21}),
        ),
        (
            "The number of writes is out of range",
            json!({"max_concurrent_writes": 0}),
        ),
        ("The value is not PEM", json!({"ca_certificate": "none"})),
        (
            "The certificate is the name of a file",
            json!({"ca_certificate": "portal.pem"}),
        ),
        (
            "The certificate has \\n instead of line breaks",
            json!({"ca_certificate": BAD_CERTIFICATE.replace('\n', "\\n")}),
        ),
        (
            "The certificate has lost its line breaks",
            json!({"ca_certificate": BAD_CERTIFICATE.replace('\n', " ")}),
        ),
        (
            "The certificate is base64 without lines",
            json!({"ca_certificate": "MIIBAA=="}),
        ),
        (
            "The certificate is damaged",
            json!({"ca_certificate": BAD_CERTIFICATE}),
        ),
        (
            "Certificates are not verified",
            json!({"insecure_skip_tls_verify": true}),
        ),
        ("The time limit is short", json!({"request_timeout": "5s"})),
    ] {
        add(&mut section, when, block(changes)).await;
    }
    destinations(&mut section).await;
    keys(&mut section).await;
    add_proxies(&mut section).await;
    let portal = Portal::start().await;
    let mut directory = portal.settled(&webhook()).await;
    directory.set("base_url", unknown());
    let said = plan(&mut directory, &changed(json!({}))).await;
    section.add(
        "A webhook is to be read, and the address is known only after apply",
        said,
    );
    section
}

/// Where the key may not be sent.
async fn destinations(section: &mut Section) {
    let allowing = |portals: Value| block(json!({"allowed_portals": portals}));
    add(section, "No portal is allowed", allowing(json!([]))).await;
    add(
        section,
        "An allowed portal is null",
        allowing(json!([null])),
    )
    .await;
    for (when, element) in ELEMENTS {
        add(section, when, allowing(json!([element]))).await;
    }
    let others = json!(["other.example.com", "docs.example.com:8443"]);
    let directory = allowing(others.clone());
    add(
        section,
        "The portal is not among the allowed ones",
        directory,
    )
    .await;
    let directory = Workspace::new(json!({"allowed_portals": others, "api_key": "sk-0123"}))
        .env("DOCSPACE_BASE_URL", "https://portal.example.com");
    let when = "The portal of the environment is not among the allowed ones";
    add(section, when, directory).await;
}

/// The environment has a key and an address, and the block an address only.
async fn keys(section: &mut Section) {
    for (when, address) in [
        (
            "The key and the address are not of one portal",
            "https://other.example.com",
        ),
        (
            "The key is beside an address that cannot be read",
            "other.example.com",
        ),
    ] {
        let directory = block(json!({"api_key": null}))
            .env("DOCSPACE_API_KEY", "sk-0123")
            .env("DOCSPACE_BASE_URL", address);
        add(section, when, directory).await;
    }
}

/// What is wrong with the variables that name a proxy.
async fn add_proxies(section: &mut Section) {
    for (when, proxy) in PROXIES {
        add(section, when, block(json!({})).env("HTTPS_PROXY", proxy)).await;
    }
    let in_cgi = block(json!({"base_url": "http://portal.example.com", "allow_plain_http": true}))
        .env("HTTP_PROXY", "proxy.example.com:3128")
        .env("REQUEST_METHOD", "GET");
    add(section, "The proxy may come from a request", in_cgi).await;
}

/// A directory whose provider block is changed so.
fn block(changes: Value) -> Workspace {
    let block = json!({"base_url": "https://portal.example.com", "api_key": "sk-0123"});
    Workspace::new(with(&block, changes))
}

async fn add(section: &mut Section, when: &str, mut directory: Workspace) {
    let said = plan(&mut directory, &Configuration::new()).await;
    section.add(when, said);
}
