//! The words for failed requests, and which of them this process has already used: one cause, one explanation.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::Refusals;
use super::title::Title;
use crate::api::{self, Cause};
use crate::framework::diagnostics::Diagnostic;

/// Explains failed requests, each cause in full only once.
#[derive(Debug, Default)]
pub(in crate::provider) struct Wording {
    nouns: &'static [&'static dyn Refusals],
    /// The explanations given so far, and other causes that callers name, each with the title it was explained under.
    titles: Mutex<BTreeMap<String, String>>,
}

impl Wording {
    /// Starts with nothing explained. The first noun that covers a request explains its answers.
    pub(in crate::provider) fn new(nouns: &'static [&'static dyn Refusals]) -> Self {
        Self {
            nouns,
            titles: Mutex::default(),
        }
    }

    /// Explains a failed request. The title says what failed, such as "Could not create the webhook", and why.
    ///
    /// If 300 objects fail for the same reason, it is explained at the first of them; the others say where to look.
    pub(in crate::provider) fn explain(&self, what: &str, error: &api::Error) -> Diagnostic {
        let title = self.titled(what, error);
        let detail = match self.elsewhere(&title, error) {
            Some(short) => short,
            None => self.detail(error),
        };
        let diagnostic = Diagnostic::error(title, detail);
        match self.noun(error).and_then(|noun| noun.attribute(error)) {
            Some(attribute) => diagnostic.at_attribute(attribute),
            None => diagnostic,
        }
    }

    /// Returns the title of an error: what failed, and why.
    pub(in crate::provider) fn titled(&self, what: &str, error: &api::Error) -> String {
        format!("{what}: {}", Title::of(error, self.noun(error)).words)
    }

    /// Explains what happened and what to do next, in full sentences.
    pub(in crate::provider) fn detail(&self, error: &api::Error) -> String {
        let text = self.happened(error);
        match error.cause() {
            Cause::Transport { .. } => format!("{text} Run the command again."),
            _ => text,
        }
    }

    /// Explains what happened, where the caller knows better than the error what to do next.
    pub(in crate::provider) fn happened(&self, error: &api::Error) -> String {
        let mut text = super::explanation(error, self.noun(error));
        if error.attempts() > 1 {
            text = format!("{text} The request was tried {} times.", error.attempts());
        }
        text
    }

    /// Explains what happened, for an error with this title that itself says what to do next.
    pub(in crate::provider) fn opening(&self, title: &str, error: &api::Error) -> String {
        self.elsewhere(title, error)
            .unwrap_or_else(|| self.happened(error))
    }

    /// Notes that a cause is explained under a title. Returns the title under which it was explained before.
    pub(in crate::provider) fn earlier(&self, cause: &str, title: &str) -> Option<String> {
        let mut titles = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = titles.get(cause).cloned();
        if earlier.is_none() {
            titles.insert(cause.to_owned(), title.to_owned());
        }
        earlier
    }

    /// Says briefly what happened if it is explained elsewhere.
    fn elsewhere(&self, title: &str, error: &api::Error) -> Option<String> {
        if !Title::of(error, self.noun(error)).is_shared {
            return None;
        }
        // Not the title's few words: a 403 for a missing scope means something else for a read than for a write.
        let earlier = self.earlier(&super::explanation(error, self.noun(error)), title)?;
        let cause = capitalized(&error.cause().to_string());
        let place = if earlier == title {
            "the first error with this title".to_owned()
        } else {
            format!("the error \"{earlier}\"")
        };
        Some(format!(
            "{cause}. This is explained once per run: see {place}."
        ))
    }

    fn noun(&self, error: &api::Error) -> Option<&'static dyn Refusals> {
        self.nouns.iter().copied().find(|noun| noun.cover(error))
    }
}

/// Capitalizes a text, so that it can begin a sentence.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
