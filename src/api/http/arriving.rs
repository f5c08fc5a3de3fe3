//! Reading a list while it arrives, for readers that can begin before all of it is there.
//!
//! The decoder runs on a thread that may wait for more bytes and is the same one that reads a list as a whole, so both
//! accept and refuse the same answers. What it has decoded is passed on at once through [`Arrivals`]; the list as such
//! exists only once its last byte was valid.
//!
//! A list is requested compressed (`Accept-Encoding: gzip`): the nginx that ships with DocSpace compresses JSON (API
//! §16 O19).

use std::io::{self, BufRead, BufReader, Read};

use bytes::{Buf as _, Bytes};
use flate2::bufread::MultiGzDecoder;
use reqwest::Response;
use reqwest::header::CONTENT_ENCODING;
use tokio::sync::mpsc;

use super::config::Config;
use super::envelope::BodyError;
use super::error::Cause;
use super::transport;

/// How many pieces of a body wait for the decoder. If lists come uncompressed, each has up to 400 kB.
const AHEAD: usize = 1;

/// How much of an answer is kept in case it is not a list, in bytes, both as it comes and decompressed.
const OPENING: usize = 16 * 1024;

/// The body of an answer while it arrives, decompressed.
pub(crate) type Body = BufReader<Limited<Unpacked>>;

/// The bytes of an answer as they arrive.
#[derive(Debug)]
pub(crate) struct Chunks {
    pieces: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.current = piece,
                None => break,
            }
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.advance(amount);
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// An answer as it was before it was compressed.
#[derive(Debug)]
pub(crate) enum Unpacked {
    Plain(Chunks),
    Gzip(Box<MultiGzDecoder<Chunks>>),
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(chunks) => chunks.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
        }
    }
}

/// Ends with [`io::ErrorKind::FileTooLarge`] when more is read than allowed.
#[derive(Debug)]
pub(crate) struct Limited<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        let length = u64::try_from(read).unwrap_or(u64::MAX);
        self.left = self
            .left
            .checked_sub(length)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

/// A body that could not be decoded.
#[derive(Debug)]
pub(crate) struct Misread {
    pub(crate) error: BodyError,
    /// How it begins, decompressed.
    pub(crate) opening: Vec<u8>,
}

/// Decodes a body of at most `limit` bytes, both as it comes and decompressed, while it arrives.
///
/// # Errors
///
/// The outer error is the connection's. The decoder always ends, at the latest when this is dropped.
pub(crate) async fn decode<T: Send + 'static>(
    mut response: Response,
    limit: u64,
    config: &Config,
    decode: impl FnOnce(Body) -> Result<T, BodyError> + Send + 'static,
) -> Result<Result<T, Misread>, Cause> {
    if response.content_length() > Some(limit) {
        return Err(Cause::TooLarge { limit });
    }
    let (sender, pieces) = mpsc::channel(AHEAD);
    let chunks = Chunks {
        pieces,
        current: Bytes::new(),
    };
    let is_packed = is_packed(&response);
    let decoding = tokio::task::spawn_blocking(move || {
        let reader = if is_packed {
            Unpacked::Gzip(Box::new(MultiGzDecoder::new(chunks)))
        } else {
            Unpacked::Plain(chunks)
        };
        let left = limit;
        decode(BufReader::new(Limited { reader, left }))
    });
    let mut opening = Vec::new();
    let mut length = 0;
    loop {
        let piece = response.chunk().await;
        let piece = piece.map_err(|error| transport::cause_of(&error, config))?;
        let Some(piece) = piece else { break };
        length += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if length > limit {
            return Err(Cause::TooLarge { limit });
        }
        let missing = OPENING.saturating_sub(opening.len());
        opening.extend(piece.iter().take(missing));
        if sender.send(piece).await.is_err() {
            // The decoder has seen enough to refuse it.
            break;
        }
    }
    drop(sender);
    let decoded = decoding.await.map_err(|panic| Cause::Setup {
        detail: panic.to_string(),
    })?;
    match decoded {
        Err(BodyError::Unread(io::ErrorKind::FileTooLarge)) => Err(Cause::TooLarge { limit }),
        decoded => Ok(decoded.map_err(|error| Misread {
            error,
            opening: if is_packed {
                unpack(&opening, OPENING as u64).unwrap_or_else(|part| part)
            } else {
                opening
            },
        })),
    }
}

/// Returns whether an answer says that it is compressed; RFC 9110 §8.4.1.3 has two names for this.
pub(crate) fn is_packed(response: &Response) -> bool {
    let coding = response.headers().get(CONTENT_ENCODING);
    coding.is_some_and(|coding| {
        let coding = coding.as_bytes();
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
    })
}

/// Decompresses a body of at most `limit` bytes.
///
/// # Errors
///
/// As much as can be read of a body that is damaged, ends early or is longer.
pub(crate) fn unpack(packed: &[u8], limit: u64) -> Result<Vec<u8>, Vec<u8>> {
    let mut body = Vec::new();
    let mut reader = Limited {
        reader: MultiGzDecoder::new(packed),
        left: limit,
    };
    match reader.read_to_end(&mut body) {
        Ok(_length) => Ok(body),
        Err(_damage) => Err(body),
    }
}
