//! The request log: what reached the portal, without secrets, and how much of it at once.
//!
//! Entries are kept up to a limit; the counters of [`RequestSummary`] are exact beyond it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::time::Instant;

use axum::http::{HeaderMap, Method};
use serde::Serialize;
use serde_json::Value;

use crate::locks::lock;

/// One request as the portal saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RequestLogEntry {
    /// Counts every request of the portal from 1, even across resets of the log.
    pub sequence: u64,
    /// The method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Method and path pattern, `DELETE /api/2.0/settings/webhook/{id}`; unknown paths are kept as they are.
    pub route: String,
    /// The status sent; `None` while in flight, or when the connection ended without an answer.
    pub status: Option<u16>,
    /// Length of the request's body.
    pub bytes_in: usize,
    /// Length of the answer's body.
    pub bytes_out: usize,
    /// From the request's last byte to the answer's first, in milliseconds.
    pub duration_ms: f64,
    /// The fault rule that acted.
    pub fault: Option<u64>,
    /// The request's `User-Agent`.
    pub user_agent: Option<String>,
    /// The request's `Content-Type`.
    pub content_type: Option<String>,
    /// The request's body if it is JSON; a non-empty `secretKey` is replaced by `<present>`.
    pub body: Option<Value>,
}

/// Counters since the last reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestSummary {
    /// All requests.
    pub total: u64,
    /// By method and path pattern.
    pub by_route: BTreeMap<String, u64>,
    /// By status; requests that ended without an answer count as `none`.
    pub by_status: BTreeMap<String, u64>,
    /// Requests without an answer yet.
    pub in_flight: u32,
    /// Connections that were accepted.
    pub connections: u64,
    /// The most GET and HEAD requests in flight at once.
    pub reads_high_water: u32,
    /// The most other requests in flight at once.
    pub writes_high_water: u32,
    /// Entries that were dropped because the log was full.
    pub dropped: u64,
}

impl RequestSummary {
    /// How many requests a method and path pattern got, `GET /api/2.0/settings/webhook`.
    pub fn count(&self, route: &str) -> u64 {
        self.by_route.get(route).copied().unwrap_or_default()
    }
}

/// What is known when a request has arrived.
pub(crate) struct Arrival<'a> {
    pub(crate) sequence: u64,
    pub(crate) method: &'a Method,
    pub(crate) path: String,
    pub(crate) route: String,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

#[derive(Default)]
struct Inner {
    entries: VecDeque<RequestLogEntry>,
    summary: RequestSummary,
    reads: u32,
    writes: u32,
    /// Requests that arrived before the last reset are not counted when they end.
    generation: u64,
}

pub(crate) struct RequestLog {
    inner: Mutex<Inner>,
    capacity: usize,
}

/// A request in flight; dropping it without [`Pending::finish`] records an end without an answer.
pub(crate) struct Pending<'a> {
    log: &'a RequestLog,
    sequence: u64,
    generation: u64,
    is_read: bool,
    started: Instant,
    outcome: Option<(u16, usize)>,
    fault: Option<u64>,
}

impl RequestLog {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            inner: Mutex::default(),
            capacity: capacity.max(1),
        }
    }

    pub(crate) fn connected(&self) {
        lock(&self.inner).summary.connections += 1;
    }

    pub(crate) fn begin(&self, arrival: Arrival<'_>) -> Pending<'_> {
        let is_read = matches!(*arrival.method, Method::GET | Method::HEAD);
        let entry = RequestLogEntry {
            sequence: arrival.sequence,
            method: arrival.method.to_string(),
            path: arrival.path,
            route: arrival.route,
            status: None,
            bytes_in: arrival.body.len(),
            bytes_out: 0,
            duration_ms: 0.0,
            fault: None,
            user_agent: header(arrival.headers, "user-agent"),
            content_type: header(arrival.headers, "content-type"),
            body: masked_body(arrival.body),
        };
        let mut inner = lock(&self.inner);
        let generation = inner.generation;
        inner.arrive(entry, is_read, self.capacity);
        Pending {
            log: self,
            sequence: arrival.sequence,
            generation,
            is_read,
            started: Instant::now(),
            outcome: None,
            fault: None,
        }
    }

    pub(crate) fn entries(&self) -> Vec<RequestLogEntry> {
        lock(&self.inner).entries.iter().cloned().collect()
    }

    pub(crate) fn summary(&self) -> RequestSummary {
        let inner = lock(&self.inner);
        RequestSummary {
            in_flight: inner.reads + inner.writes,
            ..inner.summary.clone()
        }
    }

    /// Forgets entries and counters; the marks start at what is in flight now.
    pub(crate) fn reset(&self) {
        let mut inner = lock(&self.inner);
        inner.entries.clear();
        inner.generation += 1;
        inner.summary = RequestSummary {
            reads_high_water: inner.reads,
            writes_high_water: inner.writes,
            ..RequestSummary::default()
        };
    }
}

impl Inner {
    fn arrive(&mut self, entry: RequestLogEntry, is_read: bool, capacity: usize) {
        if is_read {
            self.reads += 1;
            self.summary.reads_high_water = self.summary.reads_high_water.max(self.reads);
        } else {
            self.writes += 1;
            self.summary.writes_high_water = self.summary.writes_high_water.max(self.writes);
        }
        self.summary.total += 1;
        *self
            .summary
            .by_route
            .entry(entry.route.clone())
            .or_default() += 1;
        self.entries.push_back(entry);
        while self.entries.len() > capacity {
            self.entries.pop_front();
            self.summary.dropped += 1;
        }
    }

    fn depart(&mut self, pending: &Pending<'_>) {
        if pending.is_read {
            self.reads = self.reads.saturating_sub(1);
        } else {
            self.writes = self.writes.saturating_sub(1);
        }
        if pending.generation != self.generation {
            return;
        }
        let label = pending
            .outcome
            .map_or_else(|| "none".to_owned(), |(status, _)| status.to_string());
        *self.summary.by_status.entry(label).or_default() += 1;
        // Sequence numbers increase, so the entry is found without a scan.
        let index = self
            .entries
            .partition_point(|entry| entry.sequence < pending.sequence);
        if let Some(entry) = self.entries.get_mut(index)
            && entry.sequence == pending.sequence
        {
            entry.status = pending.outcome.map(|(status, _)| status);
            entry.bytes_out = pending.outcome.map_or(0, |(_, bytes)| bytes);
            entry.duration_ms = pending.started.elapsed().as_secs_f64() * 1000.0;
            entry.fault = pending.fault;
        }
    }
}

impl Pending<'_> {
    /// Notes which fault rule acts on this request.
    pub(crate) fn set_fault(&mut self, id: u64) {
        self.fault = Some(id);
    }

    /// Records the answer.
    pub(crate) fn finish(mut self, status: u16, bytes_out: usize) {
        self.outcome = Some((status, bytes_out));
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        lock(&self.log.inner).depart(self);
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

fn masked_body(body: &[u8]) -> Option<Value> {
    let mut value = serde_json::from_slice(body).ok()?;
    mask_secrets(&mut value);
    Some(value)
}

fn mask_secrets(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if name.eq_ignore_ascii_case("secretKey") {
                    mask(member);
                } else {
                    mask_secrets(member);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_secrets),
        _ => {}
    }
}

/// Keeps null and the empty text apart from anything else.
fn mask(value: &mut Value) {
    let is_harmless = value.is_null() || value.as_str() == Some("");
    if !is_harmless {
        *value = Value::from("<present>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn arrival<'a>(
        sequence: u64,
        method: &'a Method,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Arrival<'a> {
        Arrival {
            sequence,
            method,
            path: "/p?q=1".to_owned(),
            route: format!("{method} /p"),
            headers,
            body,
        }
    }

    #[test]
    fn secrets_are_masked_but_their_presence_shows() {
        for (sent, logged) in [
            (json!({"name":"n"}), json!({"name":"n"})),
            (json!({"secretKey":null}), json!({"secretKey":null})),
            (json!({"SecretKey":""}), json!({"SecretKey":""})),
            (json!({"secretKey":"x"}), json!({"secretKey":"<present>"})),
            (
                json!([{"SECRETKEY":["x"]}]),
                json!([{"SECRETKEY":"<present>"}]),
            ),
        ] {
            let body = sent.to_string();
            assert_eq!(masked_body(body.as_bytes()), Some(logged));
        }
        assert_eq!(masked_body(b"not json"), None);
    }

    #[test]
    fn marks_remember_the_most_requests_in_flight() {
        let log = RequestLog::new(10);
        let headers = HeaderMap::new();
        let first = log.begin(arrival(1, &Method::GET, &headers, b""));
        let second = log.begin(arrival(2, &Method::GET, &headers, b""));
        let write = log.begin(arrival(3, &Method::POST, &headers, b"{}"));
        first.finish(200, 5);
        second.finish(200, 5);
        drop(write);
        let summary = log.summary();
        assert_eq!(
            (summary.reads_high_water, summary.writes_high_water),
            (2, 1)
        );
        assert_eq!(summary.in_flight, 0);
        assert_eq!(summary.count("GET /p"), 2);
        assert_eq!(summary.by_status["none"], 1);
        assert_eq!(log.entries()[2].status, None);
        assert_eq!(log.entries()[0].bytes_out, 5);
    }

    #[test]
    fn the_log_is_bounded_and_the_counters_are_not() {
        let log = RequestLog::new(2);
        let headers = HeaderMap::new();
        for sequence in 1..=5 {
            log.begin(arrival(sequence, &Method::GET, &headers, b""))
                .finish(200, 0);
        }
        assert_eq!(log.entries().len(), 2);
        assert_eq!(log.entries()[0].sequence, 4);
        assert_eq!(log.summary().total, 5);
        assert_eq!(log.summary().dropped, 3);
    }

    #[test]
    fn a_reset_forgets_requests_that_are_still_in_flight() {
        let log = RequestLog::new(2);
        let headers = HeaderMap::new();
        let pending = log.begin(arrival(1, &Method::PUT, &headers, b""));
        log.reset();
        assert_eq!(log.summary().writes_high_water, 1);
        pending.finish(200, 0);
        assert_eq!(log.summary().total, 0);
        assert!(log.summary().by_status.is_empty());
    }
}
