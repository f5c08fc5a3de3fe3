//! Paths and the patterns that they match.

/// Where the API begins.
pub(crate) const API_ROOT: &str = "/api/2.0/";

/// What a path has in place of `{id}`, `{guid}` or `{text}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Named {
    /// The pattern has none.
    #[default]
    Nothing,
    /// A 32-bit integer.
    Number(i32),
    /// A GUID, in lower case.
    Guid(String),
    /// Anything, as it was written.
    Text(String),
}

/// What follows the root of the API, without one trailing slash; `None` is outside of it.
pub(crate) fn below_root(path: &str) -> Option<&str> {
    let root = path.get(..API_ROOT.len())?;
    let rest = path.get(API_ROOT.len()..)?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    root.eq_ignore_ascii_case(API_ROOT).then_some(rest)
}

/// Compares a pattern with a path, upper and lower case apart, as the portal's router does.
pub(crate) fn matches(pattern: &str, path: &str) -> Option<Named> {
    let mut named = Named::Nothing;
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        match expected {
            "{id}" => named = Named::Number(segment.parse().ok()?),
            "{guid}" => named = Named::Guid(guid(segment)?),
            "{text}" => named = Named::Text(segment.to_owned()),
            _ if expected.eq_ignore_ascii_case(segment) => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(named)
}

/// A GUID with hyphens, in lower case.
fn guid(text: &str) -> Option<String> {
    let shape: Vec<usize> = text.split('-').map(str::len).collect();
    let is_guid = shape == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_guid.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_takes_numbers_and_guids_apart_from_words() {
        assert_eq!(matches("a/b", "A/b"), Some(Named::Nothing));
        assert_eq!(matches("a/{id}", "a/17"), Some(Named::Number(17)));
        let upper = "4C65A238-CA50-4374-B904-0D51D4C1822B";
        let guid = Some(Named::Guid(upper.to_ascii_lowercase()));
        let text = Some(Named::Text("jane.doe".to_owned()));
        assert_eq!(matches("a/{text}", "a/jane.doe"), text);
        assert_eq!(matches("a/{guid}", &format!("a/{upper}")), guid);
        for (pattern, path) in [
            ("a", "a/b"),
            ("a/b", "a"),
            ("a/{id}", "a/99999999999"),
            ("a/{id}", "a/seventeen"),
            ("a/{guid}", "a/17"),
            ("a/{guid}", "a/@self"),
            ("a/{guid}", "a/4c65a238-ca50-4374-b904-0d51d4c1822x"),
        ] {
            assert_eq!(matches(pattern, path), None, "{pattern} {path}");
        }
    }

    #[test]
    fn the_root_is_found_in_any_case() {
        assert_eq!(below_root("/API/2.0/Settings/"), Some("Settings"));
        assert_eq!(below_root("/x/api/2.0/settings"), None);
        assert_eq!(below_root("/"), None);
    }
}
