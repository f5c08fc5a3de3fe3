//! The page: how it is written, and how it is compared.

use std::fmt::Write as _;
use std::fs;

use crate::host::diagnostics::Diagnostic;
use crate::house::tree;

pub const PATH: &str = "design/messages.md";

/// Set by `cargo xtask messages`: the page is written, not compared.
const WRITE: &str = "DOCSPACE_WRITE_MESSAGES";

/// Where a line of a detail is broken, as Terraform does on a terminal.
const WIDTH: usize = 100;

/// What belongs together.
pub struct Section {
    title: &'static str,
    scenes: Vec<Scene>,
}

/// When something is said, and what.
struct Scene {
    when: String,
    /// What is told while it is going on.
    progress: Vec<String>,
    said: Vec<Diagnostic>,
}

impl Section {
    pub fn new(title: &'static str) -> Self {
        Self {
            title,
            scenes: Vec::new(),
        }
    }

    /// Adds what is said when this is so.
    #[track_caller]
    pub fn add(&mut self, when: impl Into<String>, said: Vec<Diagnostic>) {
        self.add_with_progress(when, Vec::new(), said);
    }

    /// The same for something that also tells what it is doing.
    #[track_caller]
    pub fn add_with_progress(
        &mut self,
        when: impl Into<String>,
        progress: Vec<String>,
        said: Vec<Diagnostic>,
    ) {
        let when = when.into();
        assert!(
            !said.is_empty() || !progress.is_empty(),
            "nothing is said: {when}"
        );
        let said = said.into_iter().map(|diagnostic| Diagnostic {
            summary: anonymous(&diagnostic.summary),
            detail: anonymous(&diagnostic.detail),
            ..diagnostic
        });
        self.scenes.push(Scene {
            when,
            progress,
            said: said.collect(),
        });
    }

    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.scenes.iter().flat_map(|scene| &scene.said)
    }
}

/// Replaces what differs from run to run: ports, the numbers of systems' errors, and times.
fn anonymous(text: &str) -> String {
    let mut result = text.to_owned();
    for (mark, replacement) in [
        ("127.0.0.1:", "8080"),
        ("localhost:", "8080"),
        ("(os error ", "N"),
        ("the longest wait was ", "10"),
        ("verification time ", "N"),
        ("1609459200 (", "N"),
    ] {
        let mut parts = result.split(mark);
        let mut clean = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
            let number = if rest == part { "" } else { replacement };
            clean.extend([mark, number, rest]);
        }
        result = clean;
    }
    result
}

/// Compares the page with what is said, or writes it.
#[track_caller]
pub fn compare(sections: &[Section]) {
    let page = render(sections);
    if std::env::var_os(WRITE).is_some() {
        fs::write(tree::root().join(PATH), page).unwrap();
        return;
    }
    let stored = tree::read(PATH);
    let difference = (1..)
        .zip(page.lines().zip(stored.lines()))
        .find(|(_, (now, then))| now != then);
    assert!(
        page == stored,
        "{PATH} is out of date; `cargo xtask messages` writes it anew. The first line that differs, with what it says \
         now and what it said: {difference:#?}"
    );
}

fn render(sections: &[Section]) -> String {
    let mut distinct: Vec<(&str, &str)> = sections
        .iter()
        .flat_map(Section::diagnostics)
        .map(|diagnostic| (diagnostic.summary.as_str(), diagnostic.detail.as_str()))
        .collect();
    distinct.sort_unstable();
    distinct.dedup();
    let mut page = format!(
        "# What the provider says\n\n\
         <!-- Written by `cargo xtask messages` from the scenes in tests/it/messages. -->\n\n\
         Every error and every warning, {} in all, each brought about by a test.\n\
         A line with `at` names the attribute that Terraform points at.\n\
         [Troubleshooting](../docs/guides/troubleshooting.md) explains the ones that people meet most.\n",
        distinct.len()
    );
    for section in sections {
        write!(page, "\n## {}\n", section.title).unwrap();
        for scene in &section.scenes {
            write!(page, "\n### {}\n\n```text\n", scene.when).unwrap();
            for line in &scene.progress {
                writeln!(page, "{line}").unwrap();
            }
            for (diagnostic, number) in scene.said.iter().zip(0..) {
                if number > 0 || !scene.progress.is_empty() {
                    page.push('\n');
                }
                page.push_str(&shown(diagnostic));
            }
            page.push_str("```\n");
        }
    }
    page
}

fn shown(diagnostic: &Diagnostic) -> String {
    let kind = if diagnostic.is_error() {
        "Error"
    } else {
        "Warning"
    };
    let mut text = format!("{kind}: {}\n", diagnostic.summary);
    if !diagnostic.path.is_empty() {
        writeln!(text, "  at {}", diagnostic.path).unwrap();
    }
    text.push('\n');
    for line in diagnostic.detail.lines() {
        text.push_str(&wrap(line));
        text.push('\n');
    }
    text
}

/// Breaks a line between words. What is indented is a block to copy and stays whole.
fn wrap(line: &str) -> String {
    if line.starts_with(' ') {
        return line.to_owned();
    }
    let mut wrapped = String::new();
    let mut length = 0;
    for word in line.split(' ') {
        if length > 0 && length + 1 + word.len() > WIDTH {
            wrapped.push('\n');
            length = 0;
        } else if length > 0 {
            wrapped.push(' ');
            length += 1;
        }
        wrapped.push_str(word);
        length += word.len();
    }
    wrapped
}
