use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

/// What Go makes of each case, written by Go: `cargo xtask proxies`.
const TABLE: &str = include_str!("../../../../tests/proxies/table.json");

/// What the table says of a case that is an error here.
const REFUSED: &str = "refused";

#[derive(Debug, Deserialize)]
struct Row {
    environment: BTreeMap<String, String>,
    portal: String,
    go: String,
    /// Where it differs on purpose.
    provider: Option<String>,
}

fn rows() -> Vec<Row> {
    serde_json::from_str(TABLE).unwrap()
}

fn find(environment: &BTreeMap<String, String>, portal: &str) -> Result<Option<Proxy>, ProxyError> {
    let portal = BaseUrl::parse(portal, true).unwrap();
    Proxy::for_portal(&portal, |name| environment.get(name).cloned())
}

/// Writes a decision as the table does.
fn shown(proxy: &Proxy) -> String {
    let scheme = match proxy.protocol {
        Protocol::Http => "http",
        Protocol::Https => "https",
        Protocol::Socks5 => "socks5",
    };
    let text =
        |secret: &SecretSlice<u8>| String::from_utf8(secret.expose_secret().to_vec()).unwrap();
    let login = proxy
        .credentials
        .as_ref()
        .map_or_else(String::new, |login| {
            format!("{}:{}@", text(&login.user), text(&login.password))
        });
    format!("{scheme}://{login}{}", proxy.name.address)
}

#[test]
fn the_rules_are_those_of_go_but_for_what_is_refused_on_purpose() {
    let mut faults = Vec::new();
    for row in rows() {
        let decided = match find(&row.environment, &row.portal) {
            Ok(None) => "direct".to_owned(),
            Ok(Some(proxy)) => shown(&proxy),
            Err(error) if error.fault == ProxySettingFault::Cgi => "error".to_owned(),
            Err(_) => REFUSED.to_owned(),
        };
        let expected = row.provider.as_ref().unwrap_or(&row.go);
        // Go has the proxy resolve names for both.
        if decided != expected.replace("socks5h://", "socks5://") {
            faults.push(format!("{row:?}: {decided}"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// What differs is either refused, or `ALL_PROXY`, which Go does not know.
#[test]
fn what_differs_from_go_is_refused_or_from_all_proxy() {
    let rows = rows();
    assert!(rows.len() > 300, "{}", rows.len());
    for row in &rows {
        let Some(provider) = &row.provider else {
            continue;
        };
        assert_ne!(*provider, row.go, "{row:?}");
        let names = ["ALL_PROXY", "all_proxy"];
        let is_ours = names.iter().any(|name| row.environment.contains_key(*name));
        assert!(
            provider == REFUSED || (is_ours && row.go == "direct"),
            "{row:?}"
        );
    }
}

#[test]
fn no_value_is_in_an_error_or_in_a_debug_text() {
    let rows = rows();
    let refused = rows
        .iter()
        .filter(|row| row.provider.as_deref() == Some(REFUSED));
    for row in refused {
        let error = find(&row.environment, &row.portal).unwrap_err();
        let text = format!("{error} {error:?}");
        let value = &row.environment[error.variable];
        assert!(value.len() < 6 || !text.contains(value.as_str()), "{text}");
        for secret in ["w rd", "w#rd", "w%rd", "DOMAIN", "user:"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    let environment = BTreeMap::from([(
        "HTTPS_PROXY".to_owned(),
        "http://someone:something@proxy.example.com:3128".to_owned(),
    )]);
    let proxy = find(&environment, "https://portal.example.com")
        .unwrap()
        .unwrap();
    let text = format!("{proxy:?} {}", proxy.name());
    assert!(
        text.contains("proxy.example.com:3128 (HTTPS_PROXY)"),
        "{text}"
    );
    assert!(!text.contains("some"), "{text}");
}

#[test]
fn credentials_are_encoded_for_the_proxy_alone() {
    let environment = BTreeMap::from([(
        "https_proxy".to_owned(),
        "http://us%40er:p%C3%A4ss@proxy".to_owned(),
    )]);
    let proxy = find(&environment, "https://portal.example.com")
        .unwrap()
        .unwrap();
    let credentials = proxy.credentials().unwrap();
    assert_eq!(*credentials.basic(), "Basic dXNAZXI6cMOkc3M=");
    let secret = credentials.secret().unwrap();
    assert_eq!(secret.expose_secret(), "p\u{e4}ss");
    assert_eq!(proxy.name().variable, "https_proxy");
}
