//! The CLI on stage: each command is shown with the lines of its answer that matter.

use std::path::Path;
use std::process::Output;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::interrupt::Interrupted;
use xtask::cli::Sandbox;
use xtask::screen::Screen;

/// What `plan -detailed-exitcode` ends with when there is nothing to do.
const NOTHING_TO_DO: i32 = 0;
/// What it ends with when there is.
const CHANGES: i32 = 2;

/// How much of a command's answer the audience sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// What is done, without the changes, which were seen before.
    Progress,
    /// The changes, and what is done.
    Changes,
    /// Every line.
    Everything,
}

/// The CLI in its sandbox, before an audience.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) screen: Screen,
    pub(super) interrupted: Interrupted,
    /// What the CLI is called.
    pub(super) name: String,
    /// Shows every line the CLI writes.
    pub(super) is_verbose: bool,
}

impl Stage {
    /// Begins a part, unless somebody wants to go home.
    pub(super) fn act(&mut self, title: &str) -> Result<()> {
        self.stop_if_interrupted()?;
        Ok(self.screen.heading(title)?)
    }

    /// Shows what was proved, or fails with it.
    pub(super) fn prove(&mut self, claim: &str, holds: bool) -> Result<()> {
        if !holds {
            bail!("this does not hold: {claim}");
        }
        Ok(self.screen.good(claim)?)
    }

    /// Says something below the heading.
    pub(super) fn line(&mut self, text: &str) -> Result<()> {
        Ok(self.screen.line(text)?)
    }

    /// Plans, and shows the changes if there are any.
    pub(super) fn plan(&mut self) -> Result<bool> {
        let args = ["plan", "-detailed-exitcode"];
        let output = self.run(&args, Show::Changes)?;
        match output.status.code() {
            Some(NOTHING_TO_DO) => Ok(false),
            Some(CHANGES) => Ok(true),
            _ => self.fail(&args, &output),
        }
    }

    /// Applies the configuration.
    pub(super) fn apply(&mut self, show: Show) -> Result<()> {
        self.must(&["apply", "-auto-approve"], show)
    }

    /// Destroys everything.
    pub(super) fn destroy(&mut self) -> Result<()> {
        self.must(&["destroy", "-auto-approve"], Show::Progress)
    }

    /// Takes a webhook of the portal under management.
    pub(super) fn import(&mut self, address: &str, id: &str) -> Result<()> {
        self.must(&["import", address, id], Show::Progress)
    }

    /// Returns what the state holds of a resource.
    pub(super) fn state(&self, address: &str) -> Result<Value> {
        let output = self.sandbox.command(["show", "-json"]).output()?;
        let state: Value =
            serde_json::from_slice(&output.stdout).context("the state is not JSON")?;
        let resources = state.pointer("/values/root_module/resources");
        let resources = resources.and_then(Value::as_array).into_iter().flatten();
        let found = resources
            .filter(|resource| resource.get("address").and_then(Value::as_str) == Some(address))
            .find_map(|resource| resource.get("values").cloned());
        Ok(found.unwrap_or(Value::Null))
    }

    fn must(&mut self, args: &[&str], show: Show) -> Result<()> {
        let output = self.run(args, show)?;
        if output.status.success() {
            return Ok(());
        }
        self.fail(args, &output)
    }

    fn run(&mut self, args: &[&str], show: Show) -> Result<Output> {
        self.stop_if_interrupted()?;
        let shown = format!("{} {}", self.name, args.join(" "));
        self.screen.command(&shown)?;
        let output = self.sandbox.command(args).output();
        let output = output.with_context(|| format!("could not run {shown}"))?;
        let show = if self.is_verbose {
            Show::Everything
        } else {
            show
        };
        for line in excerpt(&String::from_utf8_lossy(&output.stdout), show) {
            self.screen.quote(line)?;
        }
        Ok(output)
    }

    /// Shows everything the CLI said, because something is wrong.
    fn fail<T>(&mut self, args: &[&str], output: &Output) -> Result<T> {
        self.stop_if_interrupted()?;
        for text in [&output.stdout, &output.stderr] {
            for line in String::from_utf8_lossy(text).lines() {
                self.screen.quote(line)?;
            }
        }
        bail!(
            "{} {} has failed ({})",
            self.name,
            args.join(" "),
            output.status
        )
    }

    fn stop_if_interrupted(&self) -> Result<()> {
        if self.interrupted.has_come() {
            bail!("interrupted");
        }
        Ok(())
    }
}

/// Picks changes, progress and results from what the CLI writes around them.
fn excerpt(text: &str, show: Show) -> Vec<&str> {
    const RESULTS: [&str; 5] = [
        "No changes.",
        "Apply complete!",
        "Destroy complete!",
        "Import successful!",
        "docspace_webhook.",
    ];
    let mut is_change = false;
    let is_worth_showing = |line: &&str| {
        // Changes begin with a comment that names the resource, and end with the count.
        is_change |= line.starts_with("  # ");
        let is_count = line.starts_with("Plan:");
        let is_changed = is_change && !line.trim().is_empty();
        is_change &= !is_count;
        let is_result = RESULTS.iter().any(|result| line.starts_with(result));
        match show {
            Show::Everything => true,
            Show::Changes if is_changed => true,
            Show::Changes | Show::Progress => is_result && !line.contains("Refreshing state"),
        }
    };
    text.lines().filter(is_worth_showing).collect()
}

/// Copies the example on stage.
pub(super) fn set(example: &Path, work: &Path) -> Result<()> {
    for entry in std::fs::read_dir(example)? {
        let path = entry?.path();
        if let (Some("tf"), Some(name)) = (
            path.extension().and_then(|end| end.to_str()),
            path.file_name(),
        ) {
            std::fs::copy(&path, work.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
│ Warning: Provider development overrides are in effect
│  - onlyoffice/docspace in /somewhere
docspace_webhook.uploads: Refreshing state... [id=1]

Terraform used the selected providers to generate the following execution plan.
  ~ update in-place

Terraform will perform the following actions:

  # docspace_webhook.uploads will be updated in-place
  ~ resource \"docspace_webhook\" \"uploads\" {
      ~ enabled = false -> true
    }

Plan: 0 to add, 1 to change, 0 to destroy.

Changes to Outputs:
  + webhook_id = \"1\"
docspace_webhook.uploads: Modifying... [id=1]

Apply complete! Resources: 0 added, 1 changed, 0 destroyed.
";

    #[test]
    fn changes_are_shown_whole_and_explanations_left_out() {
        let expected = [
            "  # docspace_webhook.uploads will be updated in-place",
            "  ~ resource \"docspace_webhook\" \"uploads\" {",
            "      ~ enabled = false -> true",
            "    }",
            "Plan: 0 to add, 1 to change, 0 to destroy.",
            "docspace_webhook.uploads: Modifying... [id=1]",
            "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
        ];
        assert_eq!(excerpt(OUTPUT, Show::Changes), expected);
    }

    #[test]
    fn progress_is_shown_without_the_changes_that_were_seen_before() {
        let expected = [
            "docspace_webhook.uploads: Modifying... [id=1]",
            "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
        ];
        assert_eq!(excerpt(OUTPUT, Show::Progress), expected);
        assert_eq!(
            excerpt(OUTPUT, Show::Everything).len(),
            OUTPUT.lines().count()
        );
    }
}
