//! What an entry may be, and the header that all of them make.

use url::Url;

/// The longest header, in bytes.
pub(super) const LIMIT: usize = 15 * 1024;

/// The directives that every entry is written into, and what they contain anyway. What the portal's own sources are is
/// inferred; that there are eight directives is not.
const DIRECTIVES: [(&str, &str); 8] = [
    ("script-src", "'self' 'unsafe-inline' 'unsafe-eval' blob:"),
    ("style-src", "'self' 'unsafe-inline' data:"),
    ("img-src", "'self' data: blob:"),
    ("frame-src", "'self'"),
    ("frame-ancestors", "'self'"),
    ("font-src", "'self' data:"),
    ("connect-src", "'self' data:"),
    ("media-src", "'self' blob:"),
];

/// Whether the portal takes an entry: ASCII, and an absolute address once a wildcard is dropped and a scheme supplied.
pub(super) fn is_valid(entry: &str) -> bool {
    let (scheme, rest) = entry.split_once("://").unwrap_or(("http", entry));
    let rest = rest.strip_prefix("*.").unwrap_or(rest);
    entry.is_ascii() && Url::parse(&format!("{scheme}://{rest}")).is_ok()
}

pub(super) fn header(domains: &[String]) -> String {
    let directives = DIRECTIVES.map(|(name, own)| {
        let own = [name, own].into_iter();
        let sources: Vec<&str> = own.chain(domains.iter().map(String::as_str)).collect();
        format!("{};", sources.join(" "))
    });
    format!("default-src 'self'; {}", directives.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_host_or_an_address() {
        for valid in [
            "a.example",
            "*.a.example",
            "https://a.example",
            "https://*.a.example",
            "a.example:8443/x",
        ] {
            assert!(is_valid(valid), "{valid}");
        }
        for invalid in ["", "*.", "https://", "é.example", "a b"] {
            assert!(!is_valid(invalid), "{invalid}");
        }
    }

    #[test]
    fn every_entry_stands_in_eight_directives() {
        let header = header(&["https://a.example".to_owned()]);
        assert_eq!(header.matches(" https://a.example;").count(), 8);
    }
}
