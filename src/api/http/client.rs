//! One request from verb to answer.
//!
//! The verbs of each area describe a [`Call`]; [`Client::call`] sends it: its turn at the gate, headers, time limit, size
//! limit, one log line per attempt, the decision to repeat, and the meaning of the answer.

use std::borrow::Cow;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderMap,
    HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};
use reqwest::{Method, Response};
use rustls::pki_types::CertificateDer;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::arriving::{self, Body};
use super::base_url::API_ROOT;
use super::certificates;
use super::config::{Config, ConfigError};
use super::envelope::{self, BodyError};
use super::error::{Cause, Error, ErrorShape, StatusFailure};
use super::gate::{Gate, Rank};
use super::operation::Operation;
use super::proxy::{Blame, Credentials, Proxy};
use super::redaction::{PortalMessage, Quoting, Redactor};
use super::retry::{self, Line, Outage, Waits};
use super::transport::{self, Reuse};

/// The largest answer that is read, in bytes; a list of 5 000 webhooks has about 6 MiB.
const MAX_ANSWER: u64 = 64 * 1024 * 1024;

/// How much of an error answer is read, in bytes.
const MAX_ERROR_ANSWER: u64 = 1024 * 1024;

/// The header in which a 429 tells a limit (API §9).
const RATE_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");

/// A client of one portal. Cloning is cheap and shares connections and limits.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    waits: Arc<Waits>,
    reuse: Reuse,
    /// Ends this client's waits and keeps it from beginning a write.
    stop: CancellationToken,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    certificates: Vec<CertificateDer<'static>>,
    http: OnceLock<Result<reqwest::Client, Cause>>,
    /// The same for requests that must not reuse a connection.
    fresh_http: OnceLock<Result<reqwest::Client, Cause>>,
    /// Finds out whose fault it is if there is no connection.
    blame: Blame,
    gate: Arc<Gate>,
    outage: Outage,
    stop: CancellationToken,
    redactor: Redactor,
}

/// The description of a request.
pub(crate) struct Call {
    operation: Operation,
    method: &'static str,
    path: Cow<'static, str>,
    query: Vec<(&'static str, String)>,
    body: Option<Result<Bytes, Cause>>,
    is_commented_on: bool,
    takes_gzip: bool,
}

impl Call {
    /// Describes a request; `path` is relative to `/api/2.0` and has no query.
    pub(crate) fn new(
        operation: Operation,
        method: &'static str,
        path: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            operation,
            method,
            path: path.into(),
            query: Vec::new(),
            body: None,
            is_commented_on: false,
            takes_gzip: false,
        }
    }

    /// Adds query parameters.
    pub(crate) fn with_query(mut self, query: Vec<(&'static str, String)>) -> Self {
        self.query = query;
        self
    }

    /// Adds a JSON body. Its bytes are wiped when the last attempt is over.
    pub(crate) fn with_body(mut self, body: &impl Serialize) -> Self {
        self.body = Some(to_json(body).map_err(|error| Cause::Setup {
            detail: error.to_string(),
        }));
        self
    }

    /// Marks the answer as the portal's comment on a configuration: its words are quoted, except for the secrets that
    /// the client knows, which are all that such a request contains.
    pub(crate) fn commented_on(mut self) -> Self {
        self.is_commented_on = true;
        self
    }

    pub(crate) fn error(&self, cause: Cause) -> Error {
        let path = format!("{API_ROOT}{}", self.path);
        Error::new(self.operation, self.method, path, cause)
    }
}

/// Serializes into one buffer of the final size: a buffer that grows would leave unwiped copies behind.
fn to_json(body: &impl Serialize) -> serde_json::Result<Bytes> {
    let mut size = Size(0);
    serde_json::to_writer(&mut size, body)?;
    let mut buffer = Zeroizing::new(Vec::with_capacity(size.0));
    serde_json::to_writer(&mut *buffer, body)?;
    Ok(Bytes::from_owner(buffer))
}

/// Counts what is written.
struct Size(usize);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Client {
    /// Creates a client without touching the network or the system's certificates, which wait for the first request.
    ///
    /// # Errors
    ///
    /// Only the CA certificates of the configuration can be wrong.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::with_stop_signal(config, CancellationToken::new())
    }

    /// Creates a client that winds down when the signal is given, as [`Client::stop`] does.
    ///
    /// # Errors
    ///
    /// As for [`Client::new`].
    pub fn with_stop_signal(config: Config, stop: CancellationToken) -> Result<Self, ConfigError> {
        let certificates = certificates::parse(&config)?;
        let gate = Arc::new(Gate::new(&config));
        let redactor = Redactor::new();
        redactor.add(config.api_key.as_secret());
        let login = config.proxy.as_ref().and_then(Proxy::credentials);
        if let Some(secret) = login.and_then(Credentials::secret) {
            redactor.add(&secret);
        }
        Ok(Self {
            stop: stop.clone(),
            shared: Arc::new(Shared {
                config,
                certificates,
                http: OnceLock::new(),
                fresh_http: OnceLock::new(),
                blame: Blame::default(),
                gate,
                outage: Outage::default(),
                stop,
                redactor,
            }),
            waits: Arc::default(),
            reuse: Reuse::Connections,
        })
    }

    /// Returns a client that shares everything with this one, for resending requests that were lost.
    ///
    /// They go before all others, as retries do, and each over a new connection: a request lost on a connection that
    /// the other end had silently closed would be lost on the next pooled one too.
    #[must_use]
    pub fn again(&self) -> Self {
        Self {
            reuse: Reuse::Nothing,
            ..self.clone()
        }
    }

    /// Returns a client that shares everything with this one but is not stopped: for the rest of an operation that has
    /// begun, and that would leave a half-made object if it ended here. Its waits may use the whole retry budget.
    #[must_use]
    pub fn unstoppable(&self) -> Self {
        Self {
            stop: CancellationToken::new(),
            ..self.clone()
        }
    }

    /// Returns a client that shares everything with this one but adds its waits to `waits`.
    #[must_use]
    pub fn with_waits(&self, waits: Arc<Waits>) -> Self {
        Self {
            waits,
            ..self.clone()
        }
    }

    /// Registers secrets that the portal may know, so that they are cut out of its texts. Clones share them.
    pub fn remember(&self, secrets: impl IntoIterator<Item = SecretString>) {
        let redactor = &self.shared.redactor;
        secrets.into_iter().for_each(|secret| redactor.add(&secret));
    }

    /// Cleans a text that the portal wrote, so that it can be shown.
    pub fn quote(&self, text: &str) -> PortalMessage {
        PortalMessage::new(text, &self.shared.redactor)
    }

    /// Returns how long this client's calls had to wait; clones count together.
    pub fn waits(&self) -> &Waits {
        &self.waits
    }

    /// Returns whether the portal was down when it was last asked, less than 30 seconds ago: a request failed despite
    /// its retries, or all were told that waiting makes no sense.
    pub fn is_down(&self) -> bool {
        self.shared.outage.is_noticed() || self.shared.gate.is_hopeless()
    }

    /// Returns the settings.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Winds down: waits end, no more writes are started, requests in flight may finish.
    ///
    /// Reads remain possible, so that the outcome of running writes can still be looked up.
    pub fn stop(&self) {
        self.shared.stop.cancel();
    }

    /// Returns the signal that [`Client::stop`] gives, for waiting loops of the caller.
    pub fn stop_signal(&self) -> &CancellationToken {
        &self.shared.stop
    }

    /// Sends a request, retries it where that is safe, and decodes the answer.
    pub(crate) async fn call<T>(
        &self,
        call: Call,
        decode: impl Fn(&[u8]) -> Result<T, BodyError>,
    ) -> Result<T, Error> {
        let (call, decode) = (&call, &decode);
        self.repeat(call, |repeats| async move {
            let read = |response| self.whole(response);
            let body = self.exchange(call, repeats, read).await?;
            decode(&body).map_err(|error| {
                let refusal = self.refusal(call, &body);
                call.error(refusal.unwrap_or_else(|| error.into()))
            })
        })
        .await
    }

    /// Reads a success that holds an `error` object in place of a value.
    fn refusal(&self, call: &Call, body: &[u8]) -> Option<Cause> {
        let failure = envelope::status_failure(200, body, self.quoting(call));
        let is_refusal = failure.shape == ErrorShape::Handler;
        is_refusal.then(|| Cause::Status(Box::new(failure)))
    }

    /// Returns how much of the portal's words about a request is shown.
    fn quoting(&self, call: &Call) -> Quoting<'_> {
        if call.is_commented_on {
            Quoting::Cleaned(&self.shared.redactor)
        } else {
            Quoting::Documented
        }
    }

    /// Sends a read, retries it where that helps, and decodes each answer while it arrives, on a separate thread.
    pub(crate) async fn call_arriving<T: Send + 'static>(
        &self,
        call: Call,
        decode: impl Fn(Body) -> Result<T, BodyError> + Clone + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let call = Call {
            takes_gzip: true,
            ..call
        };
        let (call, decode, config) = (&call, &decode, self.config());
        self.repeat(call, |repeats| async move {
            let decode = decode.clone();
            let read = |response| arriving::decode(response, MAX_ANSWER, config, decode);
            let decoded = self.exchange(call, repeats, read).await?;
            decoded.map_err(|misread| {
                let refusal = self.refusal(call, &misread.opening);
                call.error(refusal.unwrap_or_else(|| misread.error.into()))
            })
        })
        .await
    }

    /// Makes attempts until one succeeds or another makes no sense.
    async fn repeat<T, F>(&self, call: &Call, attempt: impl Fn(u32) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let shared = &self.shared;
        let max_retries = shared.config.max_retries;
        let max_retries = shared.outage.retries(call.operation, max_retries);
        let rank = match self.reuse {
            Reuse::Connections => Rank::Fresh,
            Reuse::Nothing => Rank::Again,
        };
        let line = Line::new(
            &shared.gate,
            &self.stop,
            &self.waits,
            (call.operation, rank),
            retry::Limits {
                max_retries,
                patience: shared.config.patience(),
            },
        );
        let result = retry::run(line, |cause| call.error(cause), attempt).await;
        shared.outage.record(&result);
        result
    }

    /// Sends the request, reads the answer, and writes the one log line of both.
    async fn exchange<T, F>(
        &self,
        call: &Call,
        repeats: u32,
        read: impl FnOnce(Response) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Cause>>,
    {
        let started = Instant::now();
        let mut status = None;
        let exchanging = async {
            let response = self.send(call, &mut status).await?;
            read(response).await
        };
        let result = if call.operation.is_write() {
            exchanging.await
        } else {
            retry::ended_by_stop(&self.stop, exchanging).await
        };
        let http_duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(
            http_method = call.method,
            http_path = %format_args!("{API_ROOT}{}", call.path),
            http_status = status,
            http_duration_ms,
            http_retry = repeats,
            "request"
        );
        result.map_err(|cause| call.error(cause))
    }

    /// Reads the whole body of a success.
    async fn whole(&self, mut response: Response) -> Result<Vec<u8>, Cause> {
        match read_body(&mut response, MAX_ANSWER).await {
            Ok(Some(body)) => Ok(body),
            Ok(None) => Err(Cause::TooLarge { limit: MAX_ANSWER }),
            Err(error) => Err(transport::cause_of(&error, self.config())),
        }
    }

    /// Sends the request and returns the answer if it is a success; its body is still to come.
    async fn send(&self, call: &Call, status: &mut Option<u16>) -> Result<Response, Cause> {
        let config = self.config();
        let request = self.request(call)?;
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(self.cause_of_silence(&error).await),
        };
        let code = response.status();
        *status = Some(code.as_u16());
        if code.is_success() {
            return Ok(response);
        }
        if let Some(proxy) = config.forwarding_proxy()
            && let Some(fault) = proxy.demand(&response)
        {
            return Err(Cause::Proxy {
                proxy: proxy.name().clone(),
                fault,
            });
        }
        let redactor = &self.shared.redactor;
        if code.is_redirection() {
            let location = redirect_target(response.headers(), response.url());
            let asked = response.url().origin().ascii_serialization();
            return Err(Cause::Redirect {
                status: code.as_u16(),
                is_inside: location.as_ref() == Some(&asked),
                location: location.map(|text| PortalMessage::new(&text, redactor).to_string()),
            });
        }
        let retry_after = header(response.headers(), &RETRY_AFTER)
            .and_then(|text| envelope::retry_after(text, moment(response.headers())));
        let limit = header(response.headers(), &RATE_LIMIT).and_then(|text| text.parse().ok());
        let is_packed = arriving::is_packed(&response);
        let body = read_body(&mut response, MAX_ERROR_ANSWER).await;
        let body = body.ok().flatten().and_then(|body| {
            if is_packed {
                // Only 1 MiB is read of it in either form.
                arriving::unpack(&body, MAX_ERROR_ANSWER).ok()
            } else {
                Some(body)
            }
        });
        let mut failure = match body {
            Some(body) => envelope::status_failure(code.as_u16(), &body, self.quoting(call)),
            // Still that error, but not one with an empty body, which would mean something else.
            None => StatusFailure::new(code.as_u16(), ErrorShape::Other),
        };
        failure.retry_after = retry_after;
        failure.limit = limit;
        failure.challenge = envelope::challenge(response.headers());
        failure.forwarded_by = config.forwarding_proxy().map(Proxy::name).cloned();
        Err(Cause::Status(Box::new(failure)))
    }

    async fn cause_of_silence(&self, error: &reqwest::Error) -> Cause {
        let shared = &self.shared;
        let (config, certificates) = (&shared.config, &shared.certificates);
        let asking = transport::cause_of_silence(error, config, certificates, &shared.blame);
        // An exchange with a proxy is large, and seldom needed.
        Box::pin(asking).await
    }

    fn request(&self, call: &Call) -> Result<reqwest::RequestBuilder, Cause> {
        let config = &self.shared.config;
        let mut url = config.base_url.endpoint(&call.path);
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        let method = match call.method {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        };
        let mut request = self
            .http()?
            .request(method, url)
            .header(AUTHORIZATION, self.authorization()?)
            .header(ACCEPT, "application/json");
        if call.takes_gzip {
            request = request.header(ACCEPT_ENCODING, "gzip");
        }
        if let Some(body) = &call.body {
            let body = body.as_ref().map_err(Clone::clone)?;
            request = request
                .header(CONTENT_TYPE, "application/json")
                .body(body.clone());
        } else if call.method == "PUT" {
            // The HTTP library omits it, and some proxies then answer 411.
            request = request.header(CONTENT_LENGTH, 0);
        }
        Ok(request)
    }

    fn http(&self) -> Result<&reqwest::Client, Cause> {
        let shared = &self.shared;
        let http = match self.reuse {
            Reuse::Connections => &shared.http,
            Reuse::Nothing => &shared.fresh_http,
        };
        http.get_or_init(|| transport::build(&shared.config, &shared.certificates, self.reuse))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn authorization(&self) -> Result<HeaderValue, Cause> {
        let text = Zeroizing::new(format!("Bearer {}", self.shared.config.api_key.expose()));
        let mut value = HeaderValue::from_str(&text).map_err(|_invalid| Cause::Setup {
            detail: "the API key cannot be sent in a header".to_owned(),
        })?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Reads a body; `None` if it is larger than `limit` bytes.
async fn read_body(response: &mut Response, limit: u64) -> reqwest::Result<Option<Vec<u8>>> {
    let announced = response.content_length().unwrap_or_default();
    if announced > limit {
        return Ok(None);
    }
    let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if u64::try_from(body.len()).is_ok_and(|length| length > limit) {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// Returns when an answer was sent by the portal's clock, which its other dates follow; ours can be wrong or jump.
fn moment(headers: &HeaderMap) -> SystemTime {
    let date = header(headers, &DATE).and_then(|text| httpdate::parse_http_date(text).ok());
    date.unwrap_or_else(SystemTime::now)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Returns the scheme, host and port that a redirect points to; its path and query may be anything.
fn redirect_target(headers: &HeaderMap, asked: &Url) -> Option<String> {
    let target = asked.join(header(headers, &LOCATION)?).ok()?;
    target
        .has_host()
        .then(|| target.origin().ascii_serialization())
}

#[cfg(test)]
mod tests;
