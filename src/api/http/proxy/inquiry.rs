//! One exchange with a proxy by hand, after a connection through it has failed: the HTTP library tells neither the
//! status with which a proxy refuses a tunnel nor what it demands. The proxy is sent what it was sent before, never the
//! API key.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use reqwest::header::{HOST, HeaderMap, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, USER_AGENT};
use reqwest::{Response, StatusCode};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::task::AbortOnDropHandle;

use super::super::failure;
use super::{Protocol, Proxy, ProxyAnswer, ProxyFault};

/// What a proxy is asked for.
pub(super) struct Question<'a> {
    /// Host and port of the portal.
    pub(super) place: String,
    pub(super) agent: &'a str,
    /// The time limit, once for reaching the proxy and once for its answer.
    pub(super) limit: Duration,
}

impl Proxy {
    /// Returns what is wrong with this proxy now, if anything. For a SOCKS proxy, only the connection is tested: the
    /// library reports its answer.
    pub(super) async fn inquire(
        &self,
        question: &Question<'_>,
        tls: ClientConfig,
    ) -> Result<(), ProxyFault> {
        let reaching = timeout(question.limit, self.reach());
        let stream = reaching.await.map_err(|_elapsed| ProxyFault::TimedOut)??;
        let asking = async {
            match self.protocol {
                Protocol::Http => self.ask(stream, question).await,
                Protocol::Https => self.ask(self.secured(stream, tls).await?, question).await,
                Protocol::Socks5 => Ok(()),
            }
        };
        let asked = timeout(question.limit, asking).await;
        asked.map_err(|_elapsed| ProxyFault::Silent)?
    }

    async fn reach(&self) -> Result<TcpStream, ProxyFault> {
        let detail = |error: io::Error| failure::innermost(&error);
        let found = lookup_host((self.bare_host(), self.port)).await;
        let addresses: Vec<_> = found
            .map_err(|error| ProxyFault::NameResolution {
                detail: detail(error),
            })?
            .collect();
        let connected = TcpStream::connect(addresses.as_slice()).await;
        connected.map_err(|error| ProxyFault::Unreachable {
            detail: detail(error),
        })
    }

    async fn secured(
        &self,
        stream: TcpStream,
        mut tls: ClientConfig,
    ) -> Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static, ProxyFault> {
        tls.alpn_protocols.clear();
        let name = ServerName::try_from(self.bare_host().to_owned());
        let name = name.map_err(|error| broken(&error))?;
        let connecting = TlsConnector::from(Arc::new(tls)).connect(name, stream);
        connecting.await.map_err(|error| insecure(&error))
    }

    async fn ask<S>(&self, stream: S, question: &Question<'_>) -> Result<(), ProxyFault>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let mut request = hyper::Request::connect(&question.place)
            .header(HOST, &question.place)
            .header(USER_AGENT, question.agent);
        if let Some(value) = self.credentials().and_then(super::Credentials::header) {
            request = request.header(PROXY_AUTHORIZATION, value);
        }
        let request = request.body(String::new());
        let request = request.map_err(|error| broken(&error))?;
        let shaking = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = shaking.map_err(|error| unanswered(&error))?;
        let _driving = AbortOnDropHandle::new(tokio::spawn(connection));
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|error| unanswered(&error))?;
        self.judge(answer.status(), answer.headers())
    }

    fn judge(&self, status: StatusCode, headers: &HeaderMap) -> Result<(), ProxyFault> {
        match status {
            StatusCode::OK => Ok(()),
            // tinyproxy answers a wrong password with 401.
            StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED => {
                Err(self.login(status, headers))
            }
            status => Err(ProxyFault::Refused(ProxyAnswer::Status(status.as_u16()))),
        }
    }

    fn login(&self, status: StatusCode, headers: &HeaderMap) -> ProxyFault {
        ProxyFault::Login {
            answer: ProxyAnswer::Status(status.as_u16()),
            was_told: self.credentials.is_some(),
            takes_passwords: takes_passwords(headers),
        }
    }

    /// Reads the answer to a request that the proxy was to forward: a demand for a login is its own.
    pub(crate) fn demand(&self, answer: &Response) -> Option<ProxyFault> {
        let is_demand = answer.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED;
        is_demand.then(|| self.login(answer.status(), answer.headers()))
    }

    /// Returns the host without the brackets of an IPv6 address.
    fn bare_host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }
}

/// Returns whether a proxy that demands a login would accept a user name and a password. One that does not say is
/// assumed to.
fn takes_passwords(headers: &HeaderMap) -> bool {
    let mut challenges = headers.get_all(PROXY_AUTHENTICATE).iter().peekable();
    challenges.peek().is_none()
        || challenges.any(|challenge| {
            let text = String::from_utf8_lossy(challenge.as_bytes()).to_lowercase();
            text.split(',')
                .any(|one| one.trim_start().starts_with("basic"))
        })
}

fn unanswered(error: &hyper::Error) -> ProxyFault {
    if error.is_parse_too_large() {
        ProxyFault::LongHead
    } else if error.is_parse() {
        ProxyFault::NotHttp
    } else {
        broken(error)
    }
}

fn insecure(error: &io::Error) -> ProxyFault {
    match failure::tls_fault(error) {
        Some(fault) => ProxyFault::Tls {
            fault,
            detail: failure::innermost(error),
        },
        None => broken(error),
    }
}

fn broken(error: &(dyn std::error::Error + 'static)) -> ProxyFault {
    ProxyFault::Broken {
        detail: failure::innermost(error),
    }
}
