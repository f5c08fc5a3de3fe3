//! The portal's own HTTP client: probes and deliveries, never a request of the emulator's user.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Response};
use url::Url;

use crate::config::SettingsCell;
use crate::delivery::resolver::{NameNotKnown, PinnedResolver};

/// What the portal's runtime follows before it gives up.
const MAX_REDIRECTS: usize = 50;

/// How much of a receiver's answer is kept.
const KEPT_BODY: usize = 64 * 1024;

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

/// Clients for every combination of certificate check and redirect rule, each built when it is first needed.
pub(crate) struct Outbound {
    settings: Arc<SettingsCell>,
    extra_ca: Vec<Certificate>,
    strict: OnceLock<Client>,
    lax: OnceLock<Client>,
    following_strict: OnceLock<Client>,
    following_lax: OnceLock<Client>,
}

impl Outbound {
    /// Reads the extra certificates.
    ///
    /// # Errors
    /// They are no PEM.
    pub(crate) fn new(settings: &Arc<SettingsCell>, extra_ca: Option<&[u8]>) -> io::Result<Self> {
        let extra_ca = match extra_ca {
            Some(pem) => Certificate::from_pem_bundle(pem).map_err(io::Error::other)?,
            None => Vec::new(),
        };
        Ok(Self {
            settings: Arc::clone(settings),
            extra_ca,
            strict: OnceLock::new(),
            lax: OnceLock::new(),
            following_strict: OnceLock::new(),
            following_lax: OnceLock::new(),
        })
    }

    /// Sends a HEAD request and returns the status.
    pub(crate) async fn head(
        &self,
        url: &Url,
        verifies: bool,
        limit: Duration,
    ) -> Result<u16, CallFailure> {
        self.client(verifies)?
            .head(url.clone())
            .timeout(limit)
            .send()
            .await
            .map(|answer| answer.status().as_u16())
            .map_err(|error| classify(&error, url, limit))
    }

    /// Posts a signed body and reads the answer.
    pub(crate) async fn post(
        &self,
        url: &Url,
        verifies: bool,
        limit: Duration,
        signature: &str,
        body: String,
    ) -> Result<Received, CallFailure> {
        let client = self.client(verifies)?;
        let exchange = async {
            let answer = client
                .post(url.clone())
                .timeout(limit)
                .header(ACCEPT, "*/*")
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                .header("x-docspace-signature-256", signature)
                .body(body)
                .send()
                .await?;
            Received::read(answer).await
        };
        exchange.await.map_err(|error| classify(&error, url, limit))
    }

    /// Returns the client for a call; building one reads the system's certificates, which takes a while.
    fn client(&self, verifies: bool) -> Result<Client, CallFailure> {
        let follows = self.settings.current().profile.follows_redirects();
        let slot = match (follows, verifies) {
            (false, true) => &self.strict,
            (false, false) => &self.lax,
            (true, true) => &self.following_strict,
            (true, false) => &self.following_lax,
        };
        if let Some(client) = slot.get() {
            return Ok(client.clone());
        }
        let redirects = if follows {
            Policy::limited(MAX_REDIRECTS)
        } else {
            Policy::none()
        };
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(redirects)
            .pool_max_idle_per_host(0)
            .tls_danger_accept_invalid_certs(!verifies)
            .tls_danger_accept_invalid_hostnames(!verifies)
            .dns_resolver(PinnedResolver {
                settings: Arc::clone(&self.settings),
            });
        for certificate in &self.extra_ca {
            builder = builder.add_root_certificate(certificate.clone());
        }
        let client = builder.build().map_err(|_no_tls| CallFailure::Tls)?;
        Ok(slot.get_or_init(|| client).clone())
    }
}

/// Header and body of a receiver's answer, as the journal keeps them.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    /// JSON from name to values.
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Received {
    async fn read(mut answer: Response) -> reqwest::Result<Self> {
        let mut headers = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in answer.headers() {
            headers
                .entry(name.to_string())
                .or_default()
                .push(String::from_utf8_lossy(value.as_bytes()).into_owned());
        }
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            body.extend_from_slice(&piece);
            if body.len() >= KEPT_BODY {
                body.truncate(KEPT_BODY);
                break;
            }
        }
        Ok(Self {
            status,
            headers: serde_json::json!(headers).to_string(),
            body: String::from_utf8_lossy(&body).into_owned(),
        })
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
