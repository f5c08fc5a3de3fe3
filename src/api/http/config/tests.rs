use super::*;
use crate::api::BaseUrlError;

#[track_caller]
fn accepts(text: &str, expected: &str) {
    let parsed = BaseUrl::parse(text, false).unwrap();
    assert_eq!(parsed.to_string(), expected);
}

#[track_caller]
fn refuses(text: &str) -> BaseUrlError {
    BaseUrl::parse(text, false).unwrap_err()
}

#[test]
fn a_portal_address_loses_its_slash_and_api_path() {
    for text in [
        "https://portal.example.com",
        "https://portal.example.com/",
        "https://portal.example.com//",
        "https://PORTAL.example.com:443/api/2.0",
        "HTTPS://portal.example.com/api/2.0/",
        "https://portal.example.com/API/2.0",
    ] {
        accepts(text, "https://portal.example.com");
    }
    accepts(
        "https://portal.example.com:8443/api/2.0",
        "https://portal.example.com:8443",
    );
}

#[test]
fn another_path_is_refused_with_the_address_to_use() {
    for text in [
        "https://portal.example.com:8443/rooms/shared",
        "https://portal.example.com:8443/api",
        "https://portal.example.com:8443/api/2.0/settings/webhook",
        "https://portal.example.com:8443/docspace/api/2.0",
    ] {
        assert_eq!(
            refuses(text),
            BaseUrlError::Path {
                suggestion: "https://portal.example.com:8443".into()
            },
            "{text}"
        );
    }
}

#[test]
fn plain_http_is_for_this_machine_only() {
    accepts("http://localhost:8092", "http://localhost:8092");
    accepts("http://127.0.0.1:8092/", "http://127.0.0.1:8092");
    accepts("http://127.8.9.10", "http://127.8.9.10");
    accepts("http://[::1]:80/api/2.0", "http://[::1]");
    for text in [
        "http://portal.example.com",
        "http://portal.localhost",
        "http://localhost.example.com",
        "http://10.0.0.1",
        "http://[::2]",
        "http://128.0.0.1",
    ] {
        assert_eq!(
            refuses(text),
            BaseUrlError::PlainHttp {
                suggestion: text.replace("http:", "https:")
            }
        );
        assert!(BaseUrl::parse(text, true).unwrap().is_plain_http());
    }
}

#[test]
fn addresses_with_unwanted_parts_are_refused_by_name() {
    assert_eq!(refuses(""), BaseUrlError::Empty);
    assert_eq!(
        refuses(" https://a.example"),
        BaseUrlError::BlankOrControlCharacter
    );
    assert_eq!(
        refuses("https://a.exa\nmple"),
        BaseUrlError::BlankOrControlCharacter
    );
    for text in [
        "portal.example.com",
        "localhost:8092",
        "/api/2.0",
        "//portal",
        "https:portal",
    ] {
        assert_eq!(refuses(text), BaseUrlError::MissingScheme, "{text}");
    }
    assert_eq!(
        refuses("ftp://portal.example.com"),
        BaseUrlError::UnsupportedScheme {
            scheme: "ftp".into()
        }
    );
    assert_eq!(
        refuses("https://portal.example.com?a=b"),
        BaseUrlError::Query
    );
    assert_eq!(refuses("https://portal.example.com/?"), BaseUrlError::Query);
    assert_eq!(
        refuses("https://portal.example.com#top"),
        BaseUrlError::Fragment
    );
    assert!(matches!(refuses("https://"), BaseUrlError::Invalid { .. }));
    assert!(matches!(
        refuses("https://portal:99999"),
        BaseUrlError::Invalid { .. }
    ));
}

#[test]
fn no_error_about_an_address_repeats_its_password() {
    for text in [
        "https://admin:hunter2hunter2@portal.example.com",
        "http://hunter2hunter2@portal.example.com/path?query#fragment",
        "https://admin:hunter2hunter2@portal.example.com:99999",
        "ftp://admin:hunter2hunter2@portal.example.com",
    ] {
        let error = refuses(text);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    assert_eq!(
        refuses("https://admin:x@portal.example.com"),
        BaseUrlError::UserInfo
    );
}

#[test]
fn spellings_of_one_portal_have_one_origin() {
    let origin = |text: &str| BaseUrl::parse(text, true).unwrap().origin();
    for (expected, spellings) in [
        (
            "https://portal.example.com",
            &[
                "https://portal.example.com/api/2.0",
                "HTTPS://Portal.Example.COM:443/",
                "https://portal.example.com.",
            ][..],
        ),
        (
            "https://portal.example.com:8443",
            &["https://portal.example.com.:8443/"],
        ),
        (
            "http://portal.example.com",
            &["http://PORTAL.example.com:80"],
        ),
        (
            "http://portal.example.com:443",
            &["http://portal.example.com:443"],
        ),
        ("https://xn--bcher-kva.example", &["https://Bücher.example"]),
        (
            "http://127.0.0.1:8092",
            &["http://127.1.:8092", "http://0x7F000001:8092"],
        ),
        ("https://[::1]", &["https://[0:0:0:0:0:0:0:1]:443"]),
    ] {
        for spelling in spellings {
            assert_eq!(origin(spelling), expected, "{spelling}");
        }
    }
}

#[test]
fn endpoints_are_below_the_api_root() {
    let base_url = BaseUrl::parse("https://portal.example.com:8443/", false).unwrap();
    assert_eq!(
        base_url.endpoint("/settings/webhook").as_str(),
        "https://portal.example.com:8443/api/2.0/settings/webhook"
    );
}

#[test]
fn keys_are_printable_ascii_without_blanks_and_never_repeated() {
    for (text, expected) in [
        ("", ApiKeyError::Empty),
        ("Bearer sk-hunter2", ApiKeyError::BearerPrefix),
        ("bearer sk-hunter2", ApiKeyError::BearerPrefix),
        ("sk hunter2", ApiKeyError::Blank),
        ("sk-hunter2 ", ApiKeyError::Blank),
        ("sk\u{a0}hunter2", ApiKeyError::Blank),
        ("sk-hunter2\n", ApiKeyError::ControlCharacter),
        ("sk-\u{7f}hunter2", ApiKeyError::ControlCharacter),
        ("sk-\u{85}hunter2", ApiKeyError::ControlCharacter),
        ("sk-hunter2é", ApiKeyError::NonAscii),
    ] {
        let error = ApiKey::parse(text).unwrap_err();
        assert_eq!(error, expected, "{text:?}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    let key = ApiKey::parse("sk-hunter2").unwrap();
    assert_eq!(key.expose(), "sk-hunter2");
    assert!(!format!("{key:?}").contains("hunter2"));
}

#[test]
fn defaults_are_the_documented_ones_and_debug_hides_the_key() {
    let config = Config::new(
        BaseUrl::parse("https://portal.example.com", false).unwrap(),
        ApiKey::parse("sk-hunter2").unwrap(),
    );
    assert_eq!(config.request_timeout, Duration::from_secs(60));
    assert_eq!(config.max_retries, 4);
    assert_eq!(config.max_concurrent_writes, 10);
    assert!(config.ca_certificates_pem.is_none());
    assert!(!config.insecure_skip_tls_verify);
    assert!(!format!("{config:?}").contains("hunter2"));
}
