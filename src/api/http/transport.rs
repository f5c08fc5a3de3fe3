//! The HTTP library, and the one place that reads its errors.
//!
//! What reqwest 0.13 with hyper-util 0.1 does on its own, and what that means for a create that must not be sent twice:
//!
//! - reqwest repeats requests that an HTTP/2 server refused unprocessed. We speak only HTTP/1.1 and switch this off.
//! - hyper-util takes another connection when a pooled one turns out closed before the first byte of the request was
//!   written (`retry_canceled_requests`, always on in reqwest). Hyper hands the request back only in that case; once
//!   a byte may have left, the error is ours to judge. A contract test holds it to that.
//! - Pooled connections are dropped after [`POOL_IDLE`], well before common servers drop them, because a request that
//!   crosses the server's close ends with an unknown outcome.
//! - Redirects, referers and automatic decompression are off; TLS keys are never logged.

use std::time::Duration;

use reqwest::{redirect, retry};
use rustls::pki_types::CertificateDer;

use super::config::{Config, header_text, longest_connect};
use super::error::{Cause, ConnectReason};
use super::proxy::{Blame, Proxy};
use super::{failure, trust};

const POOL_IDLE: Duration = Duration::from_secs(20);

/// What a client reuses of an earlier request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reuse {
    Connections,
    Nothing,
}

/// Builds the HTTP client. Loads the system's trusted certificates, unless none can be needed.
pub(crate) fn build(
    config: &Config,
    certificates: &[CertificateDer<'static>],
    reuse: Reuse,
) -> Result<reqwest::Client, Cause> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(trust::tls(config, certificates)?)
        // The library would read the environment, by rules of its own.
        .no_proxy()
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .timeout(config.request_timeout)
        .connect_timeout(longest_connect(config.request_timeout))
        .pool_idle_timeout(POOL_IDLE)
        .user_agent(header_text(&config.user_agent));
    if reuse == Reuse::Nothing {
        builder = builder.pool_max_idle_per_host(0);
    }
    if let Some(proxy) = &config.proxy {
        builder = builder.proxy(proxy.for_library().map_err(|error| setup(&error))?);
    }
    builder.build().map_err(|error| setup(&error))
}

fn setup(error: &reqwest::Error) -> Cause {
    Cause::Setup {
        detail: failure::innermost(error),
    }
}

/// Determines why a request got no answer. A proxy's failure is blamed on the proxy, which may have to be asked for
/// that.
pub(crate) async fn cause_of_silence(
    error: &reqwest::Error,
    config: &Config,
    certificates: &[CertificateDer<'static>],
    blame: &Blame,
) -> Cause {
    let cause = cause_of(error, config);
    if let (Cause::Connect { .. }, Some(proxy)) = (&cause, &config.proxy)
        && let Some(fault) = blame.of(error, config, certificates).await
    {
        return Cause::Proxy {
            proxy: proxy.name().clone(),
            fault,
        };
    }
    cause
}

/// Determines how an exchange failed. Only the innermost reason of the library's text is kept: the outer layers quote
/// the URL.
pub(crate) fn cause_of(error: &reqwest::Error, config: &Config) -> Cause {
    let detail = failure::innermost(error);
    if error.is_connect() {
        let reason = if let Some(fault) = failure::tls_fault(error) {
            ConnectReason::Tls(fault)
        } else if error.is_dns() {
            ConnectReason::NameResolution
        } else if error.is_timeout() {
            ConnectReason::TimedOut
        } else {
            ConnectReason::Other
        };
        return Cause::Connect {
            host: config.base_url.host_and_port(),
            detail,
            reason,
            through: config.proxy.as_ref().map(Proxy::name).cloned(),
        };
    }
    if error.is_timeout() {
        return Cause::Timeout {
            after: config.request_timeout,
        };
    }
    if error.is_builder() {
        return setup(error);
    }
    if failure::is_long_head(error) {
        return Cause::LongHead;
    }
    Cause::Transport { detail }
}
