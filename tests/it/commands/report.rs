//! What a command had to say.

use std::fmt;

use crate::host::diagnostics::Diagnostic;

/// One message, and the resource it is about; no resource for the provider block.
#[derive(Clone, PartialEq, Eq)]
pub struct Said {
    pub address: String,
    pub diagnostic: Diagnostic,
}

impl fmt::Debug for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.address, self.diagnostic)
    }
}

/// Everything a command said, in its order per resource.
#[derive(Debug, Clone, Default)]
pub struct Report {
    pub said: Vec<Said>,
}

impl Report {
    pub fn add(&mut self, address: &str, diagnostics: Vec<Diagnostic>) {
        let said = diagnostics.into_iter().map(|diagnostic| Said {
            address: address.to_owned(),
            diagnostic,
        });
        self.said.extend(said);
    }

    pub fn has_errors(&self) -> bool {
        self.said.iter().any(|said| said.diagnostic.is_error())
    }

    pub fn errors(&self) -> Vec<&Diagnostic> {
        self.with(true)
    }

    pub fn warnings(&self) -> Vec<&Diagnostic> {
        self.with(false)
    }

    fn with(&self, is_error: bool) -> Vec<&Diagnostic> {
        let diagnostics = self.said.iter().map(|said| &said.diagnostic);
        diagnostics
            .filter(|diagnostic| diagnostic.is_error() == is_error)
            .collect()
    }

    /// All texts, for looking for something that must or must not be in any of them.
    pub fn text(&self) -> String {
        let texts: Vec<String> = self.said.iter().map(|s| s.diagnostic.text()).collect();
        texts.join("\n")
    }

    /// Insists that there was nothing to say.
    #[track_caller]
    pub fn quiet(&self) {
        assert_eq!(self.said, [], "nothing should have been said");
    }

    /// Insists that nothing failed.
    #[track_caller]
    pub fn ok(&self) {
        assert!(!self.has_errors(), "failed: {:#?}", self.said);
    }

    /// The only message, which is an error with this summary.
    #[track_caller]
    pub fn error(&self, summary: &str) -> &Diagnostic {
        self.only(true, summary)
    }

    /// The only message, which is a warning with this summary.
    #[track_caller]
    pub fn warning(&self, summary: &str) -> &Diagnostic {
        self.only(false, summary)
    }

    #[track_caller]
    fn only(&self, is_error: bool, summary: &str) -> &Diagnostic {
        match self.said.as_slice() {
            [said]
                if said.diagnostic.is_error() == is_error && said.diagnostic.is_titled(summary) =>
            {
                &said.diagnostic
            }
            other => panic!("expected only {summary:?}, not {other:#?}"),
        }
    }
}
