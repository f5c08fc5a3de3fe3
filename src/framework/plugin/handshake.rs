//! The first exchange with the host: what it asks for in the environment, and our one line on stdout
//! (TPP §1.2, §1.3).

use std::fmt;
use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::error::Error;
use super::listen::{Address, Place};
use super::tls::Tls;
use crate::framework::environment::Environment;

/// The minor of plugin protocol 6 that `proto/` covers. It is not on the wire.
pub(super) const PROTOCOL_MINOR: u32 = 11;

/// The plugin protocol served; a host without it says so to its user when it reads our line.
const PROTOCOL: &str = "6";

/// The version of the handshake line itself.
const CORE_PROTOCOL: &str = "1";

const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// Returns whether a host started this process. The cookie only helps people who start the program by hand; it protects
/// nothing.
pub(super) fn is_invited(environment: &dyn Environment) -> bool {
    environment.var(COOKIE.0).as_deref() == Some(COOKIE.1)
}

/// What the host, or the developer, asks of the plugin.
#[derive(Default)]
pub(super) struct Settings {
    /// PEM of the one certificate that may talk to us; without it there is no TLS.
    client_certificate: Option<String>,
    /// Where to listen.
    pub(super) place: Place,
    /// Whether the line must say if the broker multiplexes. A host that does not ask for it cannot read it.
    asks_for_multiplexing: bool,
}

impl Settings {
    /// Reads what a host passes to its child.
    pub(super) fn from_host(environment: &dyn Environment) -> Self {
        warn_about_protocols(environment);
        Self {
            client_certificate: environment.non_empty("PLUGIN_CLIENT_CERT"),
            place: Place {
                temp_dir: temp_dir(environment),
                socket_dir: environment
                    .non_empty("PLUGIN_UNIX_SOCKET_DIR")
                    .map(PathBuf::from),
                socket_group: environment.non_empty("PLUGIN_UNIX_SOCKET_GROUP"),
                ports: ports(environment),
            },
            asks_for_multiplexing: environment.non_empty("PLUGIN_MULTIPLEX_GRPC").is_some(),
        }
    }

    /// Reads what matters without a host: no TLS, because there is no certificate to pin.
    pub(super) fn for_debugging(environment: &dyn Environment) -> Self {
        Self {
            place: Place {
                temp_dir: temp_dir(environment),
                ..Place::default()
            },
            ..Self::default()
        }
    }

    /// Makes the plugin's identity, if the host wants TLS.
    ///
    /// # Errors
    ///
    /// Fails when the host's certificate cannot be read or our own cannot be made.
    pub(super) fn tls(&self) -> Result<Option<Tls>, Error> {
        self.client_certificate
            .as_deref()
            .map(Tls::for_client)
            .transpose()
    }
}

/// Answers the host on stdout. The listener must be accepting by now: the host connects at once and
/// does not try again.
pub(super) fn announce(
    settings: &Settings,
    address: &Address,
    tls: Option<&Tls>,
) -> io::Result<()> {
    let certificate = tls.map_or_else(String::new, |tls| STANDARD_NO_PAD.encode(&tls.certificate));
    let line = Line {
        address,
        certificate: &certificate,
        states_multiplexing: settings.asks_for_multiplexing,
    };
    let mut stdout = io::stdout().lock();
    stdout.write_all(format!("{line}\n").as_bytes())?;
    stdout.flush()
}

struct Line<'a> {
    address: &'a Address,
    certificate: &'a str,
    states_multiplexing: bool,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Address { network, text } = self.address;
        let certificate = self.certificate;
        write!(
            f,
            "{CORE_PROTOCOL}|{PROTOCOL}|{network}|{text}|grpc|{certificate}"
        )?;
        if self.states_multiplexing {
            f.write_str("|false")?;
        }
        Ok(())
    }
}

fn temp_dir(environment: &dyn Environment) -> PathBuf {
    environment
        .non_empty("TMPDIR")
        .map_or_else(|| PathBuf::from("/tmp"), PathBuf::from)
}

fn ports(environment: &dyn Environment) -> Option<RangeInclusive<u16>> {
    let port = |name| environment.var(name)?.trim().parse::<u16>().ok();
    let (first, last) = (port("PLUGIN_MIN_PORT")?, port("PLUGIN_MAX_PORT")?);
    (first > 0 && first <= last).then_some(first..=last)
}

fn warn_about_protocols(environment: &dyn Environment) {
    if let Some(offered) = environment.non_empty("PLUGIN_PROTOCOL_VERSIONS")
        && !offered.split(',').any(|version| version.trim() == PROTOCOL)
    {
        tracing::warn!(offered, "the host does not speak plugin protocol 6");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
        variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn line(certificate: &str, states_multiplexing: bool) -> String {
        let address = Address {
            network: "unix",
            text: "/tmp/x".to_owned(),
        };
        Line {
            address: &address,
            certificate,
            states_multiplexing,
        }
        .to_string()
    }

    #[test]
    fn only_the_right_cookie_is_an_invitation() {
        assert!(is_invited(&environment(&[COOKIE])));
        assert!(!is_invited(&environment(&[(COOKIE.0, "other")])));
        assert!(!is_invited(&environment(&[])));
    }

    #[test]
    fn the_seventh_field_is_there_only_when_asked_for() {
        assert_eq!(line("MIIB", false), "1|6|unix|/tmp/x|grpc|MIIB");
        assert_eq!(line("", false), "1|6|unix|/tmp/x|grpc|");
        assert_eq!(line("MIIB", true), "1|6|unix|/tmp/x|grpc|MIIB|false");
    }

    #[test]
    fn an_empty_client_certificate_means_no_tls() {
        let settings = Settings::from_host(&environment(&[("PLUGIN_CLIENT_CERT", "")]));
        assert!(settings.tls().unwrap().is_none());
    }

    #[test]
    fn debugging_ignores_what_only_a_host_may_ask() {
        let settings = Settings::for_debugging(&environment(&[
            ("PLUGIN_CLIENT_CERT", "not a certificate"),
            ("PLUGIN_UNIX_SOCKET_DIR", "/elsewhere"),
            ("TMPDIR", "/scratch"),
        ]));
        assert!(settings.tls().unwrap().is_none());
        assert_eq!(settings.place.socket_dir, None);
        assert_eq!(settings.place.temp_dir, PathBuf::from("/scratch"));
    }

    #[test]
    fn a_port_range_needs_both_ends_in_order() {
        let range = |first, last| {
            ports(&environment(&[
                ("PLUGIN_MIN_PORT", first),
                ("PLUGIN_MAX_PORT", last),
            ]))
        };
        assert_eq!(range("10000", "25000"), Some(10_000..=25_000));
        for (first, last) in [("0", "0"), ("2", "1"), ("x", "9"), ("1", "70000")] {
            assert_eq!(range(first, last), None, "{first} to {last}");
        }
    }
}
