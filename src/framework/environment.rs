//! The process environment behind a trait, so that tests pass a map and nothing mutates the real one.
//!
//! It is read in three places only: `framework::plugin` (handshake), `framework::log` and the
//! provider's configuration.

use std::collections::BTreeMap;

/// Looks environment variables up by name.
pub trait Environment: Send + Sync {
    /// Returns the value, or nothing when the variable is unset. What is not Unicode becomes U+FFFD, which none of our
    /// variables may contain, so that it is refused and not treated as unset.
    fn var(&self, name: &str) -> Option<String>;

    /// Returns whether these are the variables of a developer's shell that started this process, and not of the shell that
    /// runs the client.
    fn is_developers(&self) -> bool {
        false
    }

    /// Returns the value, or nothing when it is unset or empty: plugin hosts treat both alike.
    fn non_empty(&self, name: &str) -> Option<String> {
        self.var(name).filter(|value| !value.is_empty())
    }
}

/// The environment this process was started with.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnvironment {
    /// See [`Environment::is_developers`].
    pub is_developers: bool,
}

impl Environment for ProcessEnvironment {
    fn is_developers(&self) -> bool {
        self.is_developers
    }

    fn var(&self, name: &str) -> Option<String> {
        let value = std::env::var_os(name)?;
        Some(value.to_string_lossy().into_owned())
    }
}

impl Environment for BTreeMap<String, String> {
    fn var(&self, name: &str) -> Option<String> {
        self.get(name).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_counts_as_unset_where_the_host_says_so() {
        let environment = BTreeMap::from([("EMPTY".to_owned(), String::new())]);
        assert_eq!(environment.var("EMPTY").as_deref(), Some(""));
        assert_eq!(environment.non_empty("EMPTY"), None);
        assert_eq!(environment.non_empty("MISSING"), None);
    }
}
