//! What the provider has to say, in a form that tests can read and people can read in a failure.

use std::fmt::{self, Write as _};

use super::wire::tfplugin6::attribute_path::step::Selector;
use super::wire::tfplugin6::diagnostic::Severity;
use super::wire::tfplugin6::{self as wire, AttributePath};

/// One message to the user.
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub summary: String,
    pub detail: String,
    /// As a person writes it, `triggers[0].name`; empty for the object as a whole.
    pub path: String,
}

impl Diagnostic {
    /// Returns whether it has this title, with or without the cause behind it.
    pub fn is_titled(&self, title: &str) -> bool {
        let rest = self.summary.strip_prefix(title);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Summary and detail, for looking for words in either.
    pub fn text(&self) -> String {
        format!("{}\n{}", self.summary, self.detail)
    }
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            summary,
            detail,
            path,
        } = self;
        write!(f, "{severity:?} at {path:?}: {summary}: {detail}")
    }
}

/// Reads what came, and insists on what core's users need to make sense of it.
#[track_caller]
pub fn from_wire(diagnostics: Vec<wire::Diagnostic>) -> Vec<Diagnostic> {
    let readable = diagnostics.into_iter().map(|diagnostic| {
        let severity = diagnostic.severity();
        assert_ne!(severity, Severity::Invalid, "core prints it and goes on");
        assert!(
            !diagnostic.summary.is_empty(),
            "a diagnostic says something"
        );
        Diagnostic {
            severity,
            path: diagnostic.attribute.as_ref().map_or_else(String::new, path),
            summary: diagnostic.summary,
            detail: diagnostic.detail,
        }
    });
    readable.collect()
}

/// Writes a path as a person would.
pub fn path(path: &AttributePath) -> String {
    let mut text = String::new();
    for step in &path.steps {
        match step.selector.as_ref().unwrap() {
            Selector::AttributeName(name) if text.is_empty() => text.push_str(name),
            Selector::AttributeName(name) => text.extend([".", name]),
            Selector::ElementKeyString(key) => write!(text, "[{key:?}]").unwrap(),
            Selector::ElementKeyInt(index) => write!(text, "[{index}]").unwrap(),
        }
    }
    text
}

/// What a call led to, and what the provider said about it.
#[derive(Debug)]
pub struct Answer<T> {
    /// Absent if errors left nothing that core would go on with.
    pub result: Option<T>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<T> Answer<T> {
    /// The result of a call without errors; warnings are allowed.
    #[track_caller]
    pub fn ok(self) -> T {
        let errors: Vec<_> = self.diagnostics.iter().filter(|d| d.is_error()).collect();
        assert!(errors.is_empty(), "the provider refused: {errors:#?}");
        self.result.unwrap()
    }

    /// The result of a call about which there was nothing to say.
    #[track_caller]
    pub fn quiet(self) -> T {
        assert_eq!(self.diagnostics, [], "nothing should have been said");
        self.ok()
    }

    /// The errors of a call that had to fail.
    #[track_caller]
    pub fn refused(self) -> Vec<Diagnostic> {
        let errors: Vec<_> = self
            .diagnostics
            .into_iter()
            .filter(Diagnostic::is_error)
            .collect();
        assert!(!errors.is_empty(), "the provider should have refused");
        errors
    }

    /// The only error of a call that had to fail, at this path.
    #[track_caller]
    pub fn refused_at(self, path: &str) -> Diagnostic {
        let errors = self.refused();
        match errors.as_slice() {
            [error] if error.path == path => error.clone(),
            _ => panic!("expected one error at {path:?}, not {errors:#?}"),
        }
    }

    /// The warnings of a call without errors.
    #[track_caller]
    pub fn warned(self) -> Vec<Diagnostic> {
        let warnings = self.diagnostics.clone();
        self.ok();
        assert!(!warnings.is_empty(), "the provider should have warned");
        warnings
    }
}
