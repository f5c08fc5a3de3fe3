//! How messages are worded, as far as a program can tell.

use crate::host::diagnostics::Diagnostic;

/// The longest summary, without what it quotes.
const LONGEST_SUMMARY: usize = 64;

/// How a clause begins that says what to do.
const IMPERATIVES: [&str; 43] = [
    "add",
    "apply",
    "ask",
    "change",
    "check",
    "choose",
    "correct",
    "create",
    "did you mean",
    "exchange",
    "expected",
    "give",
    "have",
    "import",
    "its owner must",
    "keep",
    "leave",
    "let",
    "look",
    "lower",
    "start",
    "make",
    "name",
    "omit",
    "plan again",
    "please report",
    "raise",
    "remove",
    "repair",
    "restore",
    "run",
    "see",
    "set",
    "shorten",
    "should",
    "swap",
    "try",
    "upgrade",
    "use",
    "verify",
    "wait",
    "write",
    "replace",
];

/// Returns what is wrong with the wording of a message.
pub fn faults(diagnostic: &Diagnostic) -> Vec<&'static str> {
    let Diagnostic {
        summary, detail, ..
    } = diagnostic;
    let mut faults = Vec::new();
    let quoted: usize = summary.split('"').skip(1).step_by(2).map(str::len).sum();
    if summary.len() - quoted > LONGEST_SUMMARY {
        faults.push("the summary is long");
    }
    let begins_well = |text: &str| {
        text.chars()
            .next()
            .is_some_and(|first| !first.is_lowercase())
            || text
                .split(' ')
                .next()
                .is_some_and(|word| word.contains('_') || word.contains('"'))
    };
    if !begins_well(summary) || summary.ends_with('.') {
        faults.push("the summary is not in sentence case without a period");
    }
    if !detail.ends_with(['.', '}', '?']) {
        faults.push("the detail does not end as a sentence");
    }
    if detail.contains("  ") && !detail.contains("{\n") || detail.contains("..") {
        faults.push("the detail has two blanks or two periods in a row");
    }
    if !has_next_step(detail) {
        faults.push("nothing says what to do next");
    }
    faults
}

fn has_next_step(detail: &str) -> bool {
    let clauses = detail.split(['.', ';', ':', ',', '?', '\n']);
    let mut clauses = clauses.map(|clause| clause.trim_start().to_lowercase());
    clauses.any(|clause| {
        let is_verb = |verb: &str| {
            let rest = clause.strip_prefix(verb);
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        IMPERATIVES.iter().any(|verb| is_verb(verb))
    })
}
