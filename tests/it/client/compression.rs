//! Lists are asked for packed, and what comes is whole or an error.

use std::io::Write as _;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use terraform_provider_docspace::api::{Cause, ErrorShape, NotJson};

use super::bench::{Bench, client_of};
use super::scripted::{Scripted, Step};

const LIST: &str = r#"{"response":[{"configs":{"id":7,"name":"ci","uri":"https://receiver.example/","enabled":true,"ssl":true,"triggers":0},"status":200}]}"#;

fn pack(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// An answer that says of these bytes that they are packed.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len();
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n");
    [head.as_bytes(), bytes].concat()
}

/// Asks for the list once.
async fn list(answer: Vec<u8>) -> Result<usize, Cause> {
    let server = Scripted::start([Step::Answer(answer)]).await;
    let client = client_of(&server.base_url(), "sk-1", |config| config.max_retries = 0);
    let list = client.list_webhooks().await;
    list.map(|list| list.len())
        .map_err(|error| error.cause().clone())
}

#[tokio::test]
async fn a_packed_list_is_read() {
    assert_eq!(list(packed(&pack(LIST.as_bytes()))).await.unwrap(), 1);
    // RFC 1952 allows an answer in several members.
    let (first, second) = LIST.as_bytes().split_at(50);
    let members = [pack(first), pack(second)].concat();
    assert_eq!(list(packed(&members)).await.unwrap(), 1);
}

#[tokio::test]
async fn a_damaged_list_is_an_error_and_never_half_a_list() {
    let whole = pack(LIST.as_bytes());
    for length in 1..whole.len() {
        let cut = list(packed(&whole[..length])).await;
        assert!(
            matches!(cut, Err(Cause::Transport { .. })),
            "{length}: {cut:?}"
        );
    }
    let mut wrong = whole.clone();
    // The checksum, which stands at the end before the length.
    let checksum = whole.len() - 8;
    wrong[checksum] ^= 1;
    for body in [&wrong, LIST.as_bytes()] {
        let refused = list(packed(body)).await;
        let Err(Cause::NotJson { found }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(found, NotJson::Compressed);
    }
    let empty = list(packed(b"")).await;
    assert!(empty.is_err(), "{empty:?}");
}

/// nginx packs 403 and 404 like a success.
#[tokio::test]
async fn a_packed_refusal_is_understood() {
    const DENIED: &str = r#"{"error":{"message":"Access denied","type":"System.Security.SecurityException"},"status":1,"statusCode":403}"#;
    let refused = |status: &str| {
        let mut answer = format!("HTTP/1.1 {status}\r\nContent-Encoding: x-gzip\r\n").into_bytes();
        let body = pack(DENIED.as_bytes());
        answer.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
        answer.extend(body);
        answer
    };
    for status in ["403 Forbidden", "200 OK"] {
        let server = Scripted::start([Step::Answer(refused(status))]).await;
        let client = client_of(&server.base_url(), "sk-1", |config| config.max_retries = 0);
        let error = client.list_webhooks().await.unwrap_err();
        let failure = error.status_failure().unwrap();
        assert_eq!(failure.shape, ErrorShape::Handler, "{status}");
    }
}

/// The bound is that of the unpacked text.
#[tokio::test]
async fn a_small_answer_that_unpacks_to_a_huge_one_is_cut_off() {
    const LIMIT: u64 = 64 * 1024 * 1024;
    let mut text = LIST.as_bytes().to_vec();
    text.resize(usize::try_from(LIMIT).unwrap(), b' ');
    assert_eq!(list(packed(&pack(&text))).await.unwrap(), 1);
    text.push(b' ');
    let packed = packed(&pack(&text));
    assert!(packed.len() < 100_000);
    let refused = list(packed).await;
    assert!(
        matches!(refused, Err(Cause::TooLarge { limit: LIMIT })),
        "{refused:?}"
    );
}

/// What unpacks to nothing does not come for ever either.
#[tokio::test]
async fn an_answer_without_end_is_cut_off_although_it_unpacks_to_nothing() {
    // A long field in the header makes long members, so that there are few.
    let builder = GzBuilder::new().extra(vec![0; 60_000]);
    let member = builder.write(Vec::new(), Compression::best());
    let nothing = member.finish().unwrap();
    let chunk = [
        format!("{:x}\r\n", nothing.len()).as_bytes(),
        &nothing,
        b"\r\n",
    ]
    .concat();
    let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n";
    let body = chunk.repeat(64 * 1024 * 1024 / nothing.len() + 1);
    let refused = list([head.as_slice(), &body].concat()).await;
    assert!(
        matches!(refused, Err(Cause::TooLarge { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn the_portal_packs_long_lists() {
    let bench = Bench::start().await;
    for number in 0..20 {
        bench.created(&format!("webhook {number}")).await;
    }
    assert_eq!(bench.client.list_webhooks().await.unwrap().len(), 20);
    let log = bench.portal.request_log();
    let list = log.last().unwrap();
    // A row has more than 300 bytes.
    assert!(list.bytes_out < 20 * 300 / 4, "{} bytes", list.bytes_out);
}
