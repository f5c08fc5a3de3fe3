//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use docspace_emulator::{Config, Profile, RateLimits, TlsIdentity};
use lexopt::prelude::*;
use secrecy::SecretString;

/// The short text shown with an error.
pub(crate) const USAGE: &str = "\
Usage: docspace-emulator [--listen ADDR] [--control ADDR] [--api-key KEY] [--profile VERSION]
                         [--allow-private-receivers] [--no-probe] [OPTIONS]
Try docspace-emulator --help.
";

/// The long text of `--help`.
pub(crate) const HELP: &str = include_str!("help.txt");

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Run(Box<Config>),
}

/// Reads the arguments, program name first.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Command, lexopt::Error> {
    let mut config = Config::default();
    let (mut certificate, mut private_key) = (None, None);
    let mut parser = lexopt::Parser::from_iter(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Long("listen") => config.listen = parser.value()?.parse()?,
            Long("control") => config.control = parser.value()?.parse()?,
            Long("api-key") => config.api_key = api_key(parser.value()?.string()?)?,
            Long("profile") => config.settings.profile = parser.value()?.parse::<Profile>()?,
            Long("allow-private-receivers") => config.settings.blacklist.clear(),
            Long("no-probe") => config.settings.probe = false,
            Long("probe-timeout-ms") => {
                config.settings.probe_timeout_ms = parser.value()?.parse()?;
            }
            Long("delivery-speed") => {
                config.settings.delivery_speed = parser.value()?.parse()?;
            }
            Long("rate-limits") => config.settings.rate_limits = Some(RateLimits::default()),
            Long("state") => config.state_file = Some(parser.value()?.into()),
            Long("tls-cert") => certificate = Some(file(&parser.value()?.into())?),
            Long("tls-key") => private_key = Some(file(&parser.value()?.into())?),
            Long("receiver-ca") => config.receiver_ca = Some(file(&parser.value()?.into())?),
            Long("latency-ms") => config.settings.latency_ms = parser.value()?.parse()?,
            Long("log-capacity") => config.log_capacity = parser.value()?.parse()?,
            other => return Err(other.unexpected()),
        }
    }
    config.tls = match (certificate, private_key) {
        (Some(certificate_chain), Some(private_key)) => Some(TlsIdentity {
            certificate_chain,
            private_key: private_key.into(),
        }),
        (None, None) => None,
        _ => return Err("--tls-cert and --tls-key belong together".into()),
    };
    config
        .settings
        .validate()
        .map_err(|error| error.to_string())?;
    Ok(Command::Run(Box::new(config)))
}

/// Refuses what no client could send in a header, without quoting it.
fn api_key(key: String) -> Result<SecretString, lexopt::Error> {
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the value of --api-key must be printable ASCII without blanks".into());
    }
    Ok(SecretString::from(key))
}

fn file(path: &PathBuf) -> Result<Vec<u8>, lexopt::Error> {
    std::fs::read(path).map_err(|error| {
        let text = format!("cannot read {}: {error}", path.display());
        lexopt::Error::from(text)
    })
}
