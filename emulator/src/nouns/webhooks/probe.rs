//! The HEAD request with which the portal checks a receiver (API §7 D).

use std::time::Duration;

use url::Url;

use crate::config::{ProbeOutcome, Settings};
use crate::delivery::outbound::{CallFailure, Outbound};

/// The limit before 3.7 (API §7 D).
const OLD_TIME_LIMIT: Duration = Duration::from_secs(100);

/// Why a receiver does not pass.
#[derive(Debug)]
pub(crate) enum ProbeFailure {
    /// It answered, but not with 2xx.
    Answered,
    /// It did not answer.
    Unreachable(CallFailure),
}

/// Sends the probe, or takes its outcome from the settings.
pub(crate) async fn probe(
    outbound: &Outbound,
    settings: &Settings,
    url: &Url,
    ssl: bool,
) -> Result<(), ProbeFailure> {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let limit = if settings.profile.follows_redirects() {
        OLD_TIME_LIMIT
    } else {
        Duration::from_millis(settings.probe_timeout_ms)
    };
    let status = match settings.host_rule(host, port).probe {
        Some(outcome) => stubbed(outcome, host, port, limit).map_err(ProbeFailure::Unreachable)?,
        None if settings.probe => outbound
            .head(url, verifies(url, ssl), limit)
            .await
            .map_err(ProbeFailure::Unreachable)?,
        None => return Ok(()),
    };
    if (200..300).contains(&status) {
        Ok(())
    } else {
        Err(ProbeFailure::Answered)
    }
}

/// The certificate counts unless `ssl` is false and the address is https (API §7 D).
pub(crate) fn verifies(url: &Url, ssl: bool) -> bool {
    ssl || url.scheme() != "https"
}

fn stubbed(
    outcome: ProbeOutcome,
    host: &str,
    port: u16,
    limit: Duration,
) -> Result<u16, CallFailure> {
    match outcome {
        ProbeOutcome::Status(status) => Ok(status),
        ProbeOutcome::Refused => Err(CallFailure::Connect {
            text: format!("Connection refused ({host}:{port})"),
        }),
        ProbeOutcome::TlsFailure => Err(CallFailure::Tls),
        ProbeOutcome::Timeout => Err(CallFailure::Timeout { limit }),
    }
}
