//! The schema of `docspace_embedding` and the checks of its entries (IH §9).

use url::Url;

use super::model::{DOMAINS, ID};
use crate::api::embedding::{MAX_HEADER, share};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::value::{Type, Value};

/// Returns the schema.
pub(super) fn schema() -> Schema {
    Schema::new(
        "The domains that may embed a DocSpace portal, as its administrators see them under Developer Tools, JavaScript \
         SDK: the portal names them in the header `Content-Security-Policy` of its pages.\n\nA portal has one list, so \
         a configuration has at most one `docspace_embedding` for each portal.",
    )
    .with(
        ID,
        Attribute::computed(Type::String, "Always `embedding`: a portal has one list."),
    )
    .with(
        DOMAINS,
        Attribute::required(
            Type::set(Type::String),
            "All entries of the list: hosts such as `app.example.com` and `*.example.com`, or addresses such as \
             `https://app.example.com:8443`. Printable ASCII without blanks; write a name with other characters in \
             Punycode. The portal treats each spelling as a separate entry. All entries together are limited by the \
             length of the header, 15 KiB, which repeats each eight times. An empty set keeps the list empty.",
        )
        .check(check_domains),
    )
}

/// Returns the identity, which is the same on every portal.
pub(super) fn identity() -> IdentitySchema {
    IdentitySchema::default().with(
        ID,
        Type::String,
        "Always `embedding`: a portal has one list.",
    )
}

/// Checks each entry that is known, and the length of all of them.
fn check_domains(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let entries = value.as_elements().unwrap_or_default();
    for entry in entries {
        let fault = match entry {
            Value::Null => Some("An entry is null. Remove it from the set.".to_owned()),
            entry => entry.as_str().and_then(fault),
        };
        let fault = fault.map(|fault| Diagnostic::error("Invalid embedding domain", fault));
        diagnostics.extend(fault.map(|fault| fault.at(path.clone())));
    }
    let length = share(entries.iter().filter_map(Value::as_str));
    if length > MAX_HEADER {
        diagnostics.push(too_long(length).at(path.clone()));
    }
}

/// Explains what is wrong with an entry.
fn fault(entry: &str) -> Option<String> {
    let expected = "Expected a host or an address, such as \"app.example.com\", \"*.example.com\" or \
                    \"https://app.example.com\".";
    if entry.is_empty() {
        return Some(format!("An entry is empty. {expected}"));
    }
    if let Some(other) = entry.chars().find(|c| !c.is_ascii_graphic()) {
        let advice = if other.is_ascii() {
            "Remove it."
        } else {
            "Write the name in Punycode, beginning with xn--."
        };
        return Some(format!(
            "The entry {entry:?} contains {other:?}, but only printable ASCII without blanks can appear in the \
             portal's header. {advice}"
        ));
    }
    (!is_address(entry))
        .then(|| format!("The entry {entry:?} is not the address of a host. {expected}"))
}

/// Follows the portal: without a wildcard, and with a scheme, an entry is an absolute address.
fn is_address(entry: &str) -> bool {
    let (scheme, rest) = entry.split_once("://").unwrap_or(("http", entry));
    let rest = rest.strip_prefix("*.").unwrap_or(rest);
    Url::parse(&format!("{scheme}://{rest}")).is_ok_and(|url| url.has_host())
}

/// Explains that entries do not fit into the header, which would be at least this long with them.
pub(super) fn too_long(length: usize) -> Diagnostic {
    let title = "Too many embedding domains";
    let detail = format!(
        "{} With these entries, it would have {length} bytes or more.",
        does_not_fit()
    );
    Diagnostic::error(title, detail)
}

/// Explains what limits the entries.
pub(super) fn does_not_fit() -> String {
    format!(
        "The portal's header Content-Security-Policy may have {MAX_HEADER} bytes, and repeats each entry eight times. \
         Remove entries, or replace several hosts by one wildcard such as \"*.example.com\"."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_hosts_and_addresses() {
        for good in [
            "a.example",
            "*.a.example",
            "https://a.example",
            "https://*.a.example",
            "a.example:8443/x",
            "localhost",
            "10.0.0.1",
            "http://[::1]:3000",
            "xn--bcher-kva.example",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, part) in [
            ("", "is empty"),
            ("*.", "is not the address"),
            ("https://", "is not the address"),
            ("a.example:x", "is not the address"),
            ("a b", "contains ' '"),
            ("a.example\n", "contains '\\n'"),
            ("b\u{fc}cher.example", "Punycode"),
        ] {
            let fault = fault(bad).unwrap();
            assert!(fault.contains(part), "{bad:?}: {fault}");
        }
    }
}
