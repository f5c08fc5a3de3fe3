//! What this process has explained already: one cause, one explanation.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::title::Title;
use crate::api;
use crate::framework::diagnostics::Diagnostic;

/// The explanations that were given, and other causes that callers name, each with the title under which that was done.
#[derive(Debug, Default)]
pub(in crate::provider) struct Explained(Mutex<BTreeMap<String, String>>);

impl Explained {
    /// Words a failed request. The title says what failed, such as "Could not create the webhook", and why.
    ///
    /// What 300 objects fail of alike is explained at the first of them; the others say where to look.
    pub(in crate::provider) fn explain(&self, what: &str, error: &api::Error) -> Diagnostic {
        let title = super::titled(what, error);
        let detail = match self.elsewhere(&title, error) {
            Some(short) => short,
            None => super::detail(error),
        };
        let diagnostic = Diagnostic::error(title, detail);
        match super::attribute_at_fault(error) {
            Some(attribute) => diagnostic.at_attribute(attribute),
            None => diagnostic,
        }
    }

    /// Says what happened, for an error with this title that says itself what to do next.
    pub(in crate::provider) fn opening(&self, title: &str, error: &api::Error) -> String {
        self.elsewhere(title, error)
            .unwrap_or_else(|| super::happened(error))
    }

    /// Takes note that a cause is explained under a title. Returns the title under which that was done before.
    pub(in crate::provider) fn earlier(&self, cause: &str, title: &str) -> Option<String> {
        let mut titles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = titles.get(cause).cloned();
        if earlier.is_none() {
            titles.insert(cause.to_owned(), title.to_owned());
        }
        earlier
    }

    /// Says in short what happened when it is explained elsewhere.
    fn elsewhere(&self, title: &str, error: &api::Error) -> Option<String> {
        if !Title::of(error).is_shared {
            return None;
        }
        // Not the title's few words: a 403 of a missing scope says another thing of a read than of a write.
        let earlier = self.earlier(&super::explanation(error), title)?;
        let cause = super::capitalized(&error.cause().to_string());
        let place = if earlier == title {
            "the first error with this title".to_owned()
        } else {
            format!("the error \"{earlier}\"")
        };
        Some(format!(
            "{cause}. This is explained once in each run: look at {place}."
        ))
    }
}
