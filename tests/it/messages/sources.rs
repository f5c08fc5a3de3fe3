//! Every sentence that the sources can say is on the page.
//!
//! Texts are read as tokens. What a practitioner never reads as a message is left out: documentation,
//! log lines, tests. Descriptions of attributes are in `docs/`. What stands between two values that
//! are filled in is looked for by itself.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::page;
use crate::house::tree;

/// Where messages are made. The rest of `api` has the words that `provider/diagnose/` explains.
const SPEAKERS: [&str; 6] = [
    "src/provider/",
    "src/framework/server/",
    "src/framework/protocol/",
    "src/framework/resource.rs",
    "src/framework/diagnostics.rs",
    "src/api/http/config.rs",
];

/// What no scene can bring about, and why not.
const UNSEEN: [(&str, &[&str]); 9] = [
    (
        "bugs of a resource; src/framework/server tests them with a resource that has them",
        &[
            "A change arrived without a plan or a configuration.",
            "A change succeeded without a resulting state.",
            "A deletion succeeded and left a state.",
            "The value after the change is not the one that was planned.",
            "The planned value is not one that Terraform accepts.",
            "A replacement was planned because of a value that stays.",
            "Something read is still unknown.",
            "An object was taken over without a state.",
            "An object arrived as something else.",
            "The planned webhook lacks its",
            "The planned key lacks its",
            "A webhook to read has neither an id nor a name.",
            "A group to read has neither an id nor a name.",
            "A room to read has neither an id nor a title.",
            "is listed, but is not a resource with an identity",
            "has no attribute like its identity's",
            "tells a secret in its identity's",
            "expected a secret and a body",
            "resource with an identity",
            "not an object",
            "the body could not be signed:",
            "cannot take over the state of",
            "Nothing says what to redeliver.",
        ],
    ),
    (
        "Terraform asks only when everything is known; src/framework/server/recheck/tests.rs asks earlier",
        &[
            "Value is not known yet",
            "is needed now, but still depends on something that has not been applied. Apply that first, with -target, \
             or set",
        ],
    ),
    (
        "a provider that a developer has started; src/provider/config/tests.rs and tests/acc/plugin.rs bring them about",
        &[
            "The provider was started with --debug, so it reads the variables of the shell that started it, and not those of \
             the shell that runs terraform or tofu: set the variable there and start the provider again.",
        ],
    ),
    (
        "values of failure_reason, which tests/it/data/health.rs reads",
        &[
            "The portal disabled the webhook instead of delivering: its uri does not pass the portal's rules.",
            "The portal recorded no reason.",
            ". The webhook is disabled.",
        ],
    ),
    (
        "panics; src/framework/server tests them with a resource that panics",
        &[
            "The provider failed unexpectedly when it tried to",
            "The provider failed unexpectedly during a call.",
            "The function failed unexpectedly. This is a bug in the provider.",
            "carry out an action",
            "close an ephemeral resource",
            "apply a change",
            "configure itself",
            "open an ephemeral resource",
            "import an object",
            "list objects",
            "plan a change",
            "review a deletion",
            "review a plan",
            "read an object",
        ],
    ),
    (
        "a machine without random numbers or certificates",
        &[
            "Could not make a secret",
            "This machine cannot provide what a secret needs:",
            ". Nothing was sent to the portal.",
            "the operating system provides no random numbers",
            ". Try again on another machine.",
            "The HTTP client could not be set up:",
            "This machine has no certificates of authorities to check the portal's certificate with (",
            "). Install the package ca-certificates, or set ca_certificate (or DOCSPACE_CA_CERTIFICATE) to the PEM of the \
             portal's authority.",
            "in the environment: no other place is searched then, so correct it or remove it.",
            "no CA certificates",
            "no HTTP client",
            // Names that are not resolved and packets that are swallowed: how that ends is the machine's network's.
            "host not found",
            "no connection in time",
        ],
    ),
    (
        "a race, or a portal, that no scene can make",
        &[
            "another resource of this run has taken it",
            "The portal has several webhooks with the id",
        ],
    ),
    (
        "real time; src/provider/webhook/deliveries/redeliver/outcome/tests.rs lets it pass",
        &[
            "Still waiting for",
            "Still waiting for the delivery.",
            "seconds of waiting are over",
        ],
    ),
    (
        "what an editor shows of a function",
        &[
            "Decodes the number that the portal's API uses to the names of triggers",
            "Encodes triggers as the number that the portal's API uses",
            "Signs a body as the portal signs its deliveries",
        ],
    ),
];

/// Macros whose texts are for the log.
const LOGS: [&str; 5] = ["trace", "debug", "info", "warn", "error"];

/// Shorter than this a text says nothing by itself.
const SHORTEST: usize = 12;

#[test]
fn every_sentence_of_the_sources_is_on_the_page() {
    let mut page = collapse(&tree::read(page::PATH));
    for file in tree::files("docs") {
        page.push_str(&collapse(&file.text));
    }
    let unseen: Vec<&str> = UNSEEN
        .iter()
        .flat_map(|(_, texts)| *texts)
        .copied()
        .collect();
    let mut used = vec![false; unseen.len()];
    let mut missing = Vec::new();
    for file in tree::files("src") {
        let speaks = SPEAKERS.iter().any(|path| file.path.starts_with(path));
        let is_test = file.path.contains("/tests") || file.path.ends_with("/fake.rs");
        if !speaks || is_test {
            continue;
        }
        for text in texts(file.text.parse().unwrap()) {
            if page.contains(&text) {
                continue;
            }
            match unseen.iter().position(|known| *known == text) {
                Some(known) => used[known] = true,
                None => missing.push(format!("{}: {text}", file.path)),
            }
        }
    }
    assert!(
        missing.is_empty(),
        "no scene in tests/it/messages brings these about:\n{}",
        missing.join("\n")
    );
    let unused: Vec<&str> = unseen
        .iter()
        .zip(used)
        .filter_map(|(text, used)| (!used).then_some(*text))
        .collect();
    assert!(unused.is_empty(), "on the page, or gone: {unused:#?}");
}

/// What a CLI says itself where the provider cannot start.
const SAID_BY_THE_CLI: &str = "fork/exec …: no such file or directory";

#[test]
fn every_heading_of_the_troubleshooting_guide_is_said() {
    let page = collapse(&tree::read(page::PATH));
    let guide = tree::read("docs/guides/troubleshooting.md");
    let headings: Vec<&str> = guide
        .lines()
        .filter_map(|line| line.strip_prefix("## "))
        .collect();
    assert!(headings.len() > 20, "{headings:?}");
    assert!(headings.contains(&SAID_BY_THE_CLI), "{headings:?}");
    let is_said = |heading: &&str| heading.split('…').all(|part| page.contains(part));
    let unsaid: Vec<_> = headings
        .iter()
        .filter(|heading| **heading != SAID_BY_THE_CLI && !is_said(heading))
        .collect();
    assert!(unsaid.is_empty(), "no message says {unsaid:?}");
}

/// Returns the pieces of all texts of a file that a person could be shown.
fn texts(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut before: [String; 2] = Default::default();
    for token in tokens {
        let now = match &token {
            TokenTree::Group(group) => {
                if is_shown(group, &before) {
                    found.extend(texts(group.stream()));
                }
                String::new()
            }
            TokenTree::Literal(literal) => {
                found.extend(pieces(&literal.to_string()));
                String::new()
            }
            other => other.to_string(),
        };
        before.rotate_left(1);
        before[1] = now;
    }
    found
}

/// Returns whether texts in a group can be shown to a person, by the two tokens before it: not in attributes other than
/// `#[error]`, in log lines, and in tests.
fn is_shown(group: &proc_macro2::Group, [first, second]: &[String; 2]) -> bool {
    let is_inner = first == "#" && second == "!";
    if group.delimiter() == Delimiter::Bracket && (is_inner || second == "#") {
        return group.stream().to_string().starts_with("error");
    }
    let is_log = second == "!" && LOGS.contains(&first.as_str());
    !is_log && second != "tests"
}

/// Takes a literal apart where values are filled in.
fn pieces(literal: &str) -> Vec<String> {
    let text = literal
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let Some(text) = text else {
        return Vec::new();
    };
    let text = unescape(text).replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut pieces = Vec::new();
    for part in text.split('{') {
        let constant = part.split_once('}').map_or(part, |(_, constant)| constant);
        let constant = collapse(constant)
            .replace('\u{1}', "{")
            .replace('\u{2}', "}");
        if constant.len() >= SHORTEST && constant.contains(' ') {
            pieces.push(constant);
        }
    }
    pieces
}

fn unescape(text: &str) -> String {
    let mut clean = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            clean.push(c);
            continue;
        }
        match chars.next() {
            Some('\n') => while chars.next_if(|next| next.is_whitespace()).is_some() {},
            Some('n' | 't') => clean.push(' '),
            other => clean.extend(other),
        }
    }
    clean
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_are_told_is_found_and_nothing_else() {
        let code = r#"
            #[doc = "A text for readers."] #[error("it went wrong: {0}, sadly enough")]
            fn f() { warn!("Only for the log."); g(format!("Look at {x}. Then {{go}} \
                on, please.")); }
            mod tests { const A: &str = "Only for a test."; }
        "#;
        let found = texts(code.parse().unwrap());
        assert_eq!(
            found,
            [
                "it went wrong:",
                ", sadly enough",
                ". Then {go} on, please."
            ]
        );
    }
}
