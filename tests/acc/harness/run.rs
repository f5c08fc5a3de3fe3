//! A finished command of the CLI, and what can be demanded of it.

use std::process::Output;

/// What the CLI says when the provider broke the protocol. No test may ever see one of these.
const BREACHES: [&str; 7] = [
    "Provider produced",
    "Provider returned invalid",
    "Plugin did not respond",
    "Request cancelled",
    "Unsupported plugin method",
    "Invalid resource state upgrade",
    "Error: Provider bug",
];

/// The warning that the CLI gives for every local build.
const OVERRIDES: &str = "Warning: Provider development overrides are in effect";

/// A finished command.
#[derive(Debug)]
pub struct Run {
    command: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    /// Takes the output of a command. Fails the test if the provider broke the protocol.
    #[track_caller]
    pub fn new(command: String, output: Output) -> Self {
        let run = Self {
            command,
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        let text = run.text();
        for breach in BREACHES {
            assert!(!text.contains(breach), "the provider is at fault\n{run}");
        }
        run
    }

    /// Demands success.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.ends_with(0)
    }

    /// Demands success without a warning.
    #[track_caller]
    pub fn succeeds_silently(self) -> Self {
        self.ends_with(0).has_no_warning()
    }

    /// Demands an error.
    #[track_caller]
    pub fn fails(self) -> Self {
        self.ends_with(1)
    }

    /// Demands of a plan that nothing is to be done and nothing is to be warned of.
    #[track_caller]
    pub fn finds_no_changes(self) -> Self {
        self.ends_with(0).has_no_warning()
    }

    /// Demands of a plan that this many resources are added, changed and destroyed.
    #[track_caller]
    pub fn proposes(self, add: usize, change: usize, destroy: usize) -> Self {
        let run = self.ends_with(2);
        run.says(&format!(
            "{add} to add, {change} to change, {destroy} to destroy."
        ))
    }

    /// Demands that the output contains this, whatever its line breaks.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.text().contains(&folded(text)),
            "expected {text:?} in\n{self}"
        );
        self
    }

    /// Demands that the output contains this so many times, whatever its line breaks.
    #[track_caller]
    pub fn says_so_often(self, times: usize, text: &str) -> Self {
        let said = self.text().matches(&folded(text)).count();
        assert_eq!(said, times, "{text:?} in\n{self}");
        self
    }

    /// Demands that the output does not contain this, whatever its line breaks.
    #[track_caller]
    pub fn does_not_say(self, text: &str) -> Self {
        assert!(
            !self.text().contains(&folded(text)),
            "did not expect {text:?} in\n{self}"
        );
        self
    }

    /// Demands an error with this summary.
    #[track_caller]
    pub fn errs(self, summary: &str) -> Self {
        self.says(&format!("Error: {summary}"))
    }

    /// Demands a warning with this summary.
    #[track_caller]
    pub fn warns(self, summary: &str) -> Self {
        self.says(&format!("Warning: {summary}"))
    }

    /// Demands that a message points at the line that sets this argument.
    #[track_caller]
    pub fn points_at(self, argument: &str) -> Self {
        let is_quoted = |line: &str| {
            line.trim()
                .split_once(": ")
                .and_then(|(number, code)| number.parse::<u32>().ok().and(code.split_once('=')))
                .is_some_and(|(name, _)| name.trim() == argument)
        };
        let mut lines = self.stdout.lines().chain(self.stderr.lines());
        assert!(
            lines.any(is_quoted),
            "expected a message at {argument:?} in\n{self}"
        );
        self
    }

    /// Demands that nothing is warned of, apart from the local build.
    #[track_caller]
    pub fn has_no_warning(self) -> Self {
        let text = self.text().replace(OVERRIDES, "");
        assert!(
            !text.contains("Warning: "),
            "did not expect a warning in\n{self}"
        );
        self
    }

    /// Demands that a text is nowhere in the output, not even across a line break.
    #[track_caller]
    pub fn hides(self, secret: &str) -> Self {
        let text = format!("{}{}", self.stdout, self.stderr).replace(['\n', ' '], "");
        assert!(!text.contains(secret), "a secret is in the output");
        self
    }

    /// Returns what was printed on stdout.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "unexpected exit code\n{self}");
        self
    }

    /// Returns the whole output with every break and indentation as one blank.
    pub fn text(&self) -> String {
        folded(&format!("{}\n{}", self.stdout, self.stderr))
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "$ {command}\n{}\n{}\nexit code {code:?}",
            stdout.trim_end(),
            stderr.trim_end()
        )
    }
}

/// The CLI breaks messages into lines; a test quotes sentences.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
