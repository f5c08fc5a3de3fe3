//! What the nginx in front of a portal does with answers: JSON is compressed for clients that accept gzip.

use std::io::Write as _;

use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::front::answer::Answer;

/// `gzip_comp_level` of DocSpace's nginx.
const LEVEL: u32 = 4;
/// `gzip_min_length` of DocSpace's nginx, in bytes.
const SHORTEST: usize = 1000;

/// Returns whether a client accepts gzip.
pub(crate) fn is_taken(request: &HeaderMap) -> bool {
    let accepted = request.get(ACCEPT_ENCODING).map(HeaderValue::to_str);
    let Some(Ok(accepted)) = accepted else {
        return false;
    };
    accepted.split(',').any(|coding| coding.trim() == "gzip")
}

/// Compresses a long answer in JSON.
pub(crate) fn pack(mut answer: Answer) -> Answer {
    let kind = answer.headers.get(CONTENT_TYPE);
    let is_json = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !is_json || answer.body.len() < SHORTEST {
        return answer;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(LEVEL));
    let packed = encoder
        .write_all(&answer.body)
        .and_then(|()| encoder.finish());
    // Writing to memory does not fail.
    if let Ok(packed) = packed {
        answer.body = Bytes::from(packed);
        let gzip = HeaderValue::from_static("gzip");
        answer.headers.insert(CONTENT_ENCODING, gzip);
    }
    answer
}
