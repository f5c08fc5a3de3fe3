//! Writing for people: 80 columns, color only on a terminal.

use std::io::{self, IsTerminal as _, Write as _};

/// What a line may have.
const COLUMNS: usize = 80;

/// Stdout, as a person reads it.
#[derive(Debug)]
pub struct Screen {
    has_color: bool,
    shown: Vec<Shown>,
}

/// A line as it was shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The terminal's number for its color; empty for none.
    pub color: &'static str,
    /// The line.
    pub text: String,
}

impl Screen {
    /// Looks whether stdout is a terminal that shows colors.
    #[expect(
        clippy::new_without_default,
        reason = "it asks the terminal, which is no default"
    )]
    pub fn new() -> Self {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            has_color: io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb,
            shown: Vec::new(),
        }
    }

    /// Begins a part.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.paint("", "")?;
        self.paint("1", text)
    }

    /// Writes a line below a heading.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.paint("", &format!("   {text}"))
    }

    /// Writes a sentence or more below a heading, broken between words.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        for line in wrap(text, COLUMNS - 3) {
            self.line(&line)?;
        }
        Ok(())
    }

    /// Shows a command that is run.
    pub fn command(&mut self, command: &str) -> io::Result<()> {
        self.paint("36", &format!("   $ {command}"))
    }

    /// Shows a line of another program's output, cut where the screen ends.
    pub fn quote(&mut self, line: &str) -> io::Result<()> {
        let cut: String = line.chars().take(COLUMNS - 6).collect();
        let end = if cut.len() < line.len() { "…" } else { "" };
        self.paint("2", &format!("   | {cut}{end}"))
    }

    /// Says what has been proved.
    pub fn good(&mut self, text: &str) -> io::Result<()> {
        self.marked("32", "ok", text)
    }

    /// Says what went wrong.
    pub fn bad(&mut self, text: &str) -> io::Result<()> {
        self.marked("31", "!!", text)
    }

    /// Returns every line that was shown so far.
    pub fn shown(&self) -> &[Shown] {
        &self.shown
    }

    fn marked(&mut self, color: &'static str, mark: &str, text: &str) -> io::Result<()> {
        let mut mark = mark;
        for line in wrap(text, COLUMNS - 6) {
            self.paint(color, &format!("   {mark:<3}{line}"))?;
            mark = "";
        }
        Ok(())
    }

    fn paint(&mut self, color: &'static str, text: &str) -> io::Result<()> {
        self.shown.push(Shown {
            color,
            text: text.to_owned(),
        });
        let mut out = io::stdout().lock();
        if self.has_color && !color.is_empty() {
            writeln!(out, "\x1b[{color}m{text}\x1b[0m")?;
        } else {
            writeln!(out, "{text}")?;
        }
        out.flush()
    }
}

/// Breaks a text into lines of at most this many characters; a longer word stays whole.
fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let is_full = |line: &String| {
            !line.is_empty() && line.chars().count() + 1 + word.chars().count() > columns
        };
        if lines.last().is_none_or(is_full) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_stay_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(
            wrap("a incomprehensible b", 5),
            ["a", "incomprehensible", "b"]
        );
        assert_eq!(wrap("", 5), [""]);
    }
}
