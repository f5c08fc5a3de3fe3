//! The portal's own HTTP client: probes and deliveries, never a request of the emulator's user.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Method};
use url::Url;

use crate::config::Settings;
use crate::portal::SettingsCell;
use crate::resolver::{NameNotKnown, PinnedResolver};

/// A call without an answer, in the portal's words (API §8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CallFailure {
    /// No connection; the text names the cause.
    Connect { text: String },
    /// The certificate or the handshake was refused.
    Tls,
    /// No answer within the limit.
    Timeout { limit: Duration },
    /// The connection broke before the answer was complete.
    Broken,
}

impl CallFailure {
    /// The exception's message as the portal passes it on.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Connect { text } => text.clone(),
            Self::Tls => {
                "The SSL connection could not be established, see inner exception.".to_owned()
            }
            Self::Timeout { limit } => format!(
                "The request was canceled due to the configured HttpClient.Timeout of {} seconds elapsing.",
                limit.as_secs_f64()
            ),
            Self::Broken => "An error occurred while sending the request.".to_owned(),
        }
    }
}

/// Clients for every combination of certificate check and redirect rule.
pub(crate) struct Outbound {
    settings: Arc<SettingsCell>,
    strict: Client,
    lax: Client,
    following_strict: Client,
    following_lax: Client,
}

impl Outbound {
    /// Builds the clients.
    ///
    /// # Errors
    /// The extra certificates are no PEM, or the TLS set-up failed.
    pub(crate) fn new(settings: &Arc<SettingsCell>, extra_ca: Option<&[u8]>) -> io::Result<Self> {
        let certificates = match extra_ca {
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(io::Error::other)?,
            None => Vec::new(),
        };
        let build = |verifies: bool, redirects: Policy| {
            let mut builder = Client::builder()
                .no_proxy()
                .redirect(redirects)
                .pool_max_idle_per_host(0)
                .tls_danger_accept_invalid_certs(!verifies)
                .tls_danger_accept_invalid_hostnames(!verifies)
                .dns_resolver(PinnedResolver {
                    settings: Arc::clone(settings),
                });
            for certificate in &certificates {
                builder = builder.add_root_certificate(certificate.clone());
            }
            builder.build().map_err(io::Error::other)
        };
        Ok(Self {
            settings: Arc::clone(settings),
            strict: build(true, Policy::none())?,
            lax: build(false, Policy::none())?,
            following_strict: build(true, Policy::limited(50))?,
            following_lax: build(false, Policy::limited(50))?,
        })
    }

    fn client(&self, settings: &Settings, verifies: bool) -> &Client {
        match (settings.profile.follows_redirects(), verifies) {
            (false, true) => &self.strict,
            (false, false) => &self.lax,
            (true, true) => &self.following_strict,
            (true, false) => &self.following_lax,
        }
    }

    /// Sends a HEAD request and returns the status.
    pub(crate) async fn head(
        &self,
        url: &Url,
        verifies: bool,
        limit: Duration,
    ) -> Result<u16, CallFailure> {
        let settings = self.settings.current();
        self.client(&settings, verifies)
            .request(Method::HEAD, url.clone())
            .timeout(limit)
            .send()
            .await
            .map(|answer| answer.status().as_u16())
            .map_err(|error| classify(&error, url, limit))
    }
}

fn classify(error: &reqwest::Error, url: &Url, limit: Duration) -> CallFailure {
    if error.is_timeout() {
        return CallFailure::Timeout { limit };
    }
    let authority = format!(
        "({}:{})",
        url.host_str().unwrap_or_default(),
        url.port_or_known_default().unwrap_or_default()
    );
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(current) = cause {
        if current.is::<rustls::Error>() {
            return CallFailure::Tls;
        }
        if let Some(error) = current.downcast_ref::<io::Error>() {
            if error
                .get_ref()
                .is_some_and(<dyn StdError + Send + Sync>::is::<rustls::Error>)
            {
                return CallFailure::Tls;
            }
            if error.kind() == io::ErrorKind::ConnectionRefused {
                return CallFailure::Connect {
                    text: format!("Connection refused {authority}"),
                };
            }
        }
        if current.is::<NameNotKnown>() {
            return CallFailure::Connect {
                text: format!("{NameNotKnown} {authority}"),
            };
        }
        cause = current.source();
    }
    if error.is_connect() && url.scheme() == "https" {
        CallFailure::Tls
    } else if error.is_connect() {
        CallFailure::Connect {
            text: format!("Network is unreachable {authority}"),
        }
    } else {
        CallFailure::Broken
    }
}
