//! `cargo xtask tf`: the CLI with the local build.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result};

use crate::cli::{Cli, OtherProviders, write_config};
use crate::{Verb, become_program, workspace};

pub(crate) const VERB: Verb = Verb {
    name: "tf",
    summary: "run terraform or tofu with the local build of the provider",
    help: "\
Builds the provider and runs terraform or tofu with it, in the directory you are in.

Usage: cargo xtask tf -- ARGS

Your own CLI configuration file is replaced for this one command by one with a
development override, so no init is needed for this provider. Everything else
is yours: directory, state, environment, credentials.

Example:
  export DOCSPACE_BASE_URL=https://yourportal.onlyoffice.com
  export DOCSPACE_API_KEY=sk-...
  cd examples/quickstart
  cargo xtask tf -- plan -var receiver_uri=https://example.com/webhook-endpoint

DOCSPACE_TF_CLI names another CLI than the first one on the PATH.
The exit status is the CLI's.
",
    run,
};

fn run(mut args: Vec<OsString>) -> Result<ExitCode> {
    if args.first().is_some_and(|first| first == "--") {
        args.remove(0);
    }
    let target = workspace::target()?;
    let cli = Cli::find(&target)?;
    let provider = workspace::build(workspace::PROVIDER)?;
    let directory = target.join("xtask").join("tf");
    let config = write_config(&directory, &provider, OtherProviders::FromRegistries)
        .with_context(|| format!("could not write below {}", directory.display()))?;
    let mut command = Command::new(&cli.path);
    command.args(args).env("TF_CLI_CONFIG_FILE", config);
    become_program(command)
}
