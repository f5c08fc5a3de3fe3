use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// A request as the receiver got it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

#[derive(Debug, Default)]
struct Script {
    /// Statuses for the next POST requests; the last one stays.
    statuses: Vec<u16>,
    /// The status for HEAD requests.
    probe: u16,
    location: Option<String>,
    received: Vec<Received>,
}

/// An HTTP server on loopback; it ends with the test's runtime.
#[derive(Debug)]
pub(crate) struct Receiver {
    address: SocketAddr,
    script: Arc<Mutex<Script>>,
}

impl Receiver {
    /// Answers HEAD with 200 and POST with these statuses in turn, the last one for ever.
    pub(crate) async fn start(statuses: &[u16]) -> Self {
        let script = Arc::new(Mutex::new(Script {
            statuses: statuses.to_vec(),
            probe: 200,
            ..Script::default()
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        drop(tokio::spawn(
            async move { axum::serve(listener, app).await },
        ));
        Self { address, script }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn answer_probes_with(&self, status: u16, location: Option<&str>) {
        let mut script = self.script.lock().unwrap();
        script.probe = status;
        script.location = location.map(str::to_owned);
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.script.lock().unwrap().received.clone()
    }

    pub(crate) fn posts(&self) -> Vec<Received> {
        let mut received = self.received();
        received.retain(|request| request.method == "POST");
        received
    }

    pub(crate) fn probes(&self) -> usize {
        self.received().len() - self.posts().len()
    }
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .expect("a body");
    let mut script = script.lock().unwrap();
    script.received.push(Received {
        method: parts.method.to_string(),
        headers: parts
            .headers
            .iter()
            .map(|(name, value)| {
                let value = value.to_str().expect("text").to_owned();
                (name.to_string(), value)
            })
            .collect(),
        body,
    });
    let status = if parts.method == "HEAD" {
        script.probe
    } else if script.statuses.len() > 1 {
        script.statuses.remove(0)
    } else {
        script.statuses[0]
    };
    let status = StatusCode::from_u16(status).expect("a status");
    match &script.location {
        Some(location) => (status, [("location", location.clone())], "moved").into_response(),
        None => (status, "seen").into_response(),
    }
}
