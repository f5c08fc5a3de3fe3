use std::collections::BTreeMap;

use super::super::{Settings, read, validate};
use super::*;

#[track_caller]
fn refuses(text: &str, expected: Defect) {
    assert_eq!(Allowed::parse(text), Err(expected), "{text:?}");
}

#[track_caller]
fn is_allowed(portal: &str, base_url: &str, expected: bool) {
    let base_url = BaseUrl::parse(base_url, true).unwrap();
    let portal = Allowed::parse(portal).unwrap();
    assert_eq!(portal.has(&base_url), expected, "{portal} {base_url}");
}

fn set(portals: &[&str]) -> Value {
    Value::set(portals.iter().map(|portal| Value::from(*portal)))
}

fn key() -> Value {
    Value::Secret(crate::framework::value::SecretText::new("sk-0123"))
}

/// What the block says to this environment; none where it can be used.
fn said(config: &Object, variables: &[(&str, &str)]) -> Vec<Diagnostic> {
    let environment: BTreeMap<String, String> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let mut diagnostics = Diagnostics::new();
    let settings = read(config, &environment, "1.11.4", &mut diagnostics);
    assert_eq!(settings.is_none(), diagnostics.has_errors());
    diagnostics.into_iter().collect()
}

#[test]
fn an_element_is_a_host_or_host_and_port() {
    for text in [
        "portal.example.com",
        "portal.example.com:8443",
        "localhost",
        "127.0.0.1:8092",
        "[::1]",
        "[::1]:8092",
        "bücher.example",
    ] {
        assert!(Allowed::parse(text).is_ok(), "{text}");
    }
    refuses("", Defect::Empty);
    refuses(" ", Defect::BlankOrControlCharacter);
    refuses("portal.example.com\n", Defect::BlankOrControlCharacter);
    refuses("https://portal.example.com", Defect::Scheme);
    refuses("portal.example.com/", Defect::Path);
    refuses("portal.example.com?a=b", Defect::Path);
    refuses("portal.example.com#a", Defect::Path);
    refuses("portal.example.com\\", Defect::Path);
    refuses("me:pw@portal.example.com", Defect::UserInfo);
    refuses("https://me:pw@portal.example.com", Defect::UserInfo);
    refuses("*", Defect::Wildcard);
    refuses("*.example.com", Defect::Wildcard);
    refuses(".example.com", Defect::Wildcard);
    refuses("::1", Defect::BareIpv6);
    refuses("2001:db8::1", Defect::BareIpv6);
    for port in ["", "0", "65536", "+80", "https", "8443:1"] {
        let text = format!("portal.example.com:{port}");
        let expected = if port == "8443:1" {
            Defect::Host
        } else {
            Defect::Port
        };
        refuses(&text, expected);
    }
    for text in [".:80", "[::1", "::1]", "[portal]", "a^b", "a%20b", ":443"] {
        assert!(Allowed::parse(text).is_err(), "{text}");
    }
}

#[test]
fn spellings_of_one_host_are_equal() {
    for portal in [
        "portal.example.com",
        "PORTAL.example.com",
        "portal.example.com.",
        "portal.example.com:443",
    ] {
        for base_url in [
            "https://portal.example.com",
            "https://Portal.Example.com.:443/api/2.0",
        ] {
            is_allowed(portal, base_url, true);
        }
    }
    is_allowed("bücher.example", "https://xn--bcher-kva.example", true);
    is_allowed("xn--bcher-kva.example", "https://BÜCHER.example", true);
    is_allowed("[0:0:0:0:0:0:0:1]", "https://[::1]", true);
    is_allowed("127.1", "https://127.0.0.1", true);
    is_allowed(
        "portal.example.com",
        "https://portal.example.com.evil",
        false,
    );
    is_allowed("example.com", "https://portal.example.com", false);
    is_allowed("portal.example.com", "https://example.com", false);
}

#[test]
fn without_a_port_only_the_default_of_the_scheme_is_meant() {
    let (https, http) = ("https://portal.example.com", "http://portal.example.com");
    is_allowed("portal.example.com", https, true);
    is_allowed("portal.example.com", http, true);
    is_allowed("portal.example.com", &format!("{https}:8443"), false);
    is_allowed("portal.example.com", &format!("{https}:80"), false);
    is_allowed("portal.example.com", &format!("{http}:443"), false);
    is_allowed("portal.example.com:8443", &format!("{https}:8443"), true);
    is_allowed("portal.example.com:8443", https, false);
    is_allowed("portal.example.com:443", https, true);
    is_allowed("portal.example.com:443", http, false);
    is_allowed("portal.example.com:443", &format!("{http}:443"), true);
    is_allowed("portal.example.com:80", http, true);
    is_allowed("portal.example.com:80", https, false);
}

#[test]
fn no_message_repeats_a_password_and_addresses_are_answered_with_the_host() {
    for (text, advice) in [
        ("https://me:hunter2@portal.example.com", ""),
        ("me:hunter2@portal.example.com", ""),
        (
            "portal.example.com?key=hunter2",
            "Write \"portal.example.com\".",
        ),
        (
            "portal.example.com/hunter2",
            "Write \"portal.example.com\".",
        ),
        (
            "https://portal.example.com:8443/hunter2",
            "Write \"portal.example.com:8443\".",
        ),
        ("::1", "Write \"[::1]\"."),
    ] {
        let detail = describe(text, &Allowed::parse(text).unwrap_err());
        assert!(detail.ends_with(advice), "{detail}");
        assert!(!detail.contains("hunter2"), "{detail}");
    }
}

#[test]
fn the_address_that_is_used_counts_wherever_it_came_from() {
    let allowed = Object::new()
        .with(
            ALLOWED_PORTALS,
            set(&["a.example.com", "b.example.com:8443"]),
        )
        .with(API_KEY, key());
    let elsewhere = [(BASE_URL_VARIABLE, "https://c.example.com")];
    assert!(said(&allowed, &[(BASE_URL_VARIABLE, "https://a.example.com")]).is_empty());
    let [error] = &said(&allowed, &elsewhere)[..] else {
        panic!("one error");
    };
    assert_eq!(error.path, Some(Path::attribute(ALLOWED_PORTALS)));
    for words in [
        "DOCSPACE_BASE_URL names the portal https://c.example.com",
        "has only a.example.com, b.example.com:8443",
        "add \"c.example.com\" to allowed_portals",
    ] {
        assert!(error.detail.contains(words), "{error:?}");
    }
    let config = allowed.clone().with(BASE_URL, "https://b.example.com:8443");
    assert!(said(&config, &elsewhere).is_empty());
    let config = allowed.with(BASE_URL, "https://c.example.com");
    let mut diagnostics = Diagnostics::new();
    validate(&config, &mut diagnostics);
    let errors: Vec<_> = diagnostics.into_iter().collect();
    assert_eq!(errors, said(&config, &[]));
    assert_eq!(errors[0].path, Some(Path::attribute(BASE_URL)));
}

#[test]
fn what_is_unknown_is_checked_once_it_is_known() {
    for portals in [
        Value::unknown(),
        Value::set(["b.example.com".into(), Value::unknown()]),
    ] {
        let config = Object::new()
            .with(BASE_URL, "https://a.example.com")
            .with(API_KEY, key())
            .with(ALLOWED_PORTALS, portals);
        let mut diagnostics = Diagnostics::new();
        let variables = BTreeMap::<String, String>::new();
        let settings = read(&config, &variables, "1.11.4", &mut diagnostics);
        assert!(matches!(settings, Some(Settings::Unknown(names)) if names == [ALLOWED_PORTALS]));
    }
}

#[test]
fn a_key_of_the_environment_stays_with_the_address_of_the_environment() {
    let block = Object::new().with(BASE_URL, "https://a.example.com");
    let with = |address| {
        [
            (API_KEY_VARIABLE, "sk-hunter2"),
            (BASE_URL_VARIABLE, address),
        ]
    };
    for address in [
        "",
        "https://a.example.com",
        "https://A.example.com.:443/api/2.0/",
    ] {
        assert!(said(&block, &with(address)).is_empty(), "{address}");
    }
    for (address, words) in [
        ("https://b.example.com", "names https://b.example.com,"),
        ("http://a.example.com", "names http://a.example.com,"),
        (
            "https://a.example.com:8443",
            "names https://a.example.com:8443,",
        ),
        ("a.example.com", "is not the address of a portal,"),
        (
            "https://me:hunter2@a.example.com",
            "is not the address of a portal,",
        ),
    ] {
        let [error] = &said(&block, &with(address))[..] else {
            panic!("one error for {address}");
        };
        assert_eq!(error.path, Some(Path::attribute(BASE_URL)));
        for words in [
            words,
            "Set api_key in the provider block",
            "unset DOCSPACE_BASE_URL",
        ] {
            assert!(error.detail.contains(words), "{address}: {error:?}");
        }
        assert!(!error.detail.contains("hunter2"), "{error:?}");
        // A key next to the address belongs to it.
        assert!(said(&block.clone().with(API_KEY, key()), &with(address)).is_empty());
    }
}
