//! Reading a list while it arrives, for those who can begin before they have all of it.
//!
//! The decoder runs on a thread that may wait for more bytes and is the same one that reads a list as a whole, so both
//! accept and refuse the same answers. What it has decoded is handed on at once through [`Arrivals`]; the list as such
//! exists only when its last byte was right.

use std::io::{self, BufRead, Read};

use bytes::{Buf as _, Bytes};
use reqwest::Response;
use tokio::sync::mpsc;

use super::config::Config;
use super::envelope::BodyError;
use super::error::Cause;
use super::transport;

/// How many pieces of a body wait for the decoder.
const AHEAD: usize = 4;

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

/// Decodes a body of at most `limit` bytes while it arrives.
///
/// # Errors
///
/// The outer error is the connection's. The decoder ends in any case, at the latest when this is dropped.
pub(crate) async fn decode<T: Send + 'static>(
    mut response: Response,
    limit: u64,
    config: &Config,
    decode: impl FnOnce(Chunks) -> Result<T, BodyError> + Send + 'static,
) -> Result<Result<T, BodyError>, Cause> {
    let (sender, pieces) = mpsc::channel(AHEAD);
    let chunks = Chunks {
        pieces,
        current: Bytes::new(),
    };
    let decoding = tokio::task::spawn_blocking(move || decode(chunks));
    let mut length = 0;
    loop {
        let piece = response.chunk().await;
        let piece = piece.map_err(|error| transport::cause_of(&error, config))?;
        let Some(piece) = piece else { break };
        length += u64::try_from(piece.len()).unwrap_or(u64::MAX);
        if length > limit {
            return Err(Cause::TooLarge { limit });
        }
        if sender.send(piece).await.is_err() {
            // The decoder has seen enough to refuse it.
            break;
        }
    }
    drop(sender);
    decoding.await.map_err(|panic| Cause::Setup {
        detail: panic.to_string(),
    })
}
