//! The command line: three flags for people, none for a host.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use super::Plugin;
use super::handshake::PROTOCOL_MINOR;

/// What the command line asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Serve,
    Debug,
    Version,
    Help,
}

/// Reads the arguments after the program's name; the first one decides.
///
/// # Errors
///
/// Describes what is wrong with an argument that is not a known flag.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut command = Command::Serve;
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let asked = match argument {
            lexopt::Arg::Long("debug") => Command::Debug,
            lexopt::Arg::Long("version") => Command::Version,
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => Command::Help,
            other => return Err(other.unexpected().to_string()),
        };
        if command == Command::Serve {
            command = asked;
        }
    }
    Ok(command)
}

/// Answers everything that is not serving.
pub(super) fn answer(plugin: &Plugin, command: Command) -> ExitCode {
    match command {
        Command::Version => {
            let Plugin { name, version, .. } = plugin;
            say(
                io::stdout(),
                &format!("{name} {version} (plugin protocol 6.{PROTOCOL_MINOR})\n"),
            );
            ExitCode::SUCCESS
        }
        Command::Help => {
            say(io::stdout(), &help(plugin));
            ExitCode::SUCCESS
        }
        Command::Serve | Command::Debug => {
            say(io::stderr(), &not_by_hand(plugin));
            ExitCode::FAILURE
        }
    }
}

/// Refuses a command line that cannot be understood, with the usage.
pub(super) fn refuse(plugin: &Plugin, mistake: &str) -> ExitCode {
    let text = format!("{}: {mistake}\n\n{}", plugin.name, help(plugin));
    say(io::stderr(), &text);
    ExitCode::from(2)
}

fn help(plugin: &Plugin) -> String {
    let Plugin { name, address, .. } = plugin;
    format!(
        "Usage: {name} [--debug | --version | --help]\n\
         \n\
         The Terraform and OpenTofu provider {address}. Terraform and OpenTofu start it\n\
         themselves, without arguments.\n\
         \n\
         --debug    keep running and print a value for TF_REATTACH_PROVIDERS, so that\n\
         \x20          terraform and tofu use this process; Ctrl-C ends it\n\
         --version  print the version and the plugin protocol\n\
         --help     print this text\n"
    )
}

fn not_by_hand(plugin: &Plugin) -> String {
    let Plugin {
        name,
        version,
        address,
        ..
    } = plugin;
    let local_name = address.rsplit('/').next().unwrap_or(address);
    format!(
        "{name} {version} is a provider plugin: Terraform and OpenTofu start it; you do not.\n\
         \n\
         To use it, name it in a configuration and run `terraform init` or `tofu init` there:\n\
         \n\
         \x20 terraform {{\n\
         \x20   required_providers {{\n\
         \x20     {local_name} = {{\n\
         \x20       source = \"{address}\"\n\
         \x20     }}\n\
         \x20   }}\n\
         \x20 }}\n\
         \n\
         `{name} --help` lists its options.\n"
    )
}

fn say(mut stream: impl Write, text: &str) {
    // A reader that is gone needs no answer.
    drop(stream.write_all(text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Command, String> {
        parse(args.iter().map(OsString::from))
    }

    #[test]
    fn no_argument_means_serve_and_the_first_flag_decides() {
        assert_eq!(parsed(&[]), Ok(Command::Serve));
        assert_eq!(parsed(&["--debug"]), Ok(Command::Debug));
        assert_eq!(parsed(&["--version", "--debug"]), Ok(Command::Version));
        assert_eq!(parsed(&["-h"]), Ok(Command::Help));
    }

    #[test]
    fn anything_else_is_named_in_the_refusal() {
        for argument in ["--verbose", "serve", "--debug=1", "-x"] {
            let mistake = parsed(&[argument]).unwrap_err();
            let named = argument.trim_end_matches("=1");
            assert!(mistake.contains(named), "{mistake}");
        }
    }
}
