//! The portal's listener: HTTP/1.1, with TLS if asked, with a hand on every connection, so that faults can break it.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use crate::front::answer::Answer;
use crate::front::outcome::Outcome;
use crate::front::pipeline;
use crate::portal::Portal;

/// The largest request body that is read.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How long idle and finishing connections may live after a shutdown began.
const GRACE: Duration = Duration::from_secs(3);

/// Time for the bytes before a cut to leave the process.
const FLUSH: Duration = Duration::from_millis(30);

/// Accepts connections until shutdown.
pub(crate) async fn serve(portal: Arc<Portal>, listener: TcpListener, tls: Option<TlsAcceptor>) {
    loop {
        let accepted = tokio::select! {
            () = portal.shutdown.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                portal.log.connected();
                let task = accept(Arc::clone(&portal), stream, tls.clone());
                drop(portal.tasks.spawn(task));
            }
            // Out of file handles: give the running requests a chance to end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// How a request can end its own connection.
#[derive(Debug, Default)]
struct Switch {
    end: CancellationToken,
    resets: AtomicBool,
}

impl Switch {
    fn cut(&self, resets: bool) {
        self.resets.store(resets, Ordering::SeqCst);
        self.end.cancel();
    }
}

async fn accept(portal: Arc<Portal>, stream: TcpStream, tls: Option<TlsAcceptor>) {
    // A connection that cannot be tuned still works.
    drop(stream.set_nodelay(true));
    let switch = Arc::new(Switch::default());
    let line = Line {
        stream,
        switch: Arc::clone(&switch),
    };
    let Some(tls) = tls else {
        return connection(portal, line, switch).await;
    };
    let accepted = tokio::select! {
        () = portal.shutdown.cancelled() => return,
        accepted = tls.accept(line) => accepted,
    };
    // A handshake that fails is the client's affair; it sees the alert.
    if let Ok(stream) = accepted {
        connection(portal, stream, switch).await;
    }
}

async fn connection<S>(portal: Arc<Portal>, stream: S, switch: Arc<Switch>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let service = service_fn(|request| answer(Arc::clone(&portal), request, Arc::clone(&switch)));
    let served = http1::Builder::new()
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    tokio::select! {
        // Both ends of a broken connection are the client's affair.
        _ = served.as_mut() => return,
        () = switch.end.cancelled() => return,
        () = portal.shutdown.cancelled() => {}
    }
    served.as_mut().graceful_shutdown();
    drop(tokio::time::timeout(GRACE, served).await);
}

async fn answer(
    portal: Arc<Portal>,
    request: Request<Incoming>,
    switch: Arc<Switch>,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), BODY_LIMIT).await else {
        return Ok(respond(Answer::empty(StatusCode::PAYLOAD_TOO_LARGE)));
    };
    let task = pipeline::exchange(Arc::clone(&portal), parts, body);
    let outcome = portal
        .tasks
        .spawn(task)
        .await
        .unwrap_or_else(|_panic| Outcome::Answer(Answer::html(StatusCode::BAD_GATEWAY)));
    Ok(match outcome {
        Outcome::Answer(answer) => respond(answer),
        Outcome::Truncated(answer, kept) => truncated(answer, kept),
        Outcome::Paced(answer, size, pause) => paced(&portal, answer, size, pause),
        Outcome::Stalled => {
            portal.shutdown.cancelled().await;
            cut(&switch, false).await
        }
        Outcome::Reset => cut(&switch, true).await,
        Outcome::Closed => cut(&switch, false).await,
    })
}

fn respond(answer: Answer) -> Response<Body> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

async fn cut(switch: &Switch, resets: bool) -> Response<Body> {
    switch.cut(resets);
    std::future::pending().await
}

/// Announces the whole body, sends a part of it and breaks the connection.
fn truncated(mut answer: Answer, kept: usize) -> Response<Body> {
    let whole = std::mem::take(&mut answer.body);
    let part = whole.slice(..kept.min(whole.len()));
    let length = whole.len();
    let (sender, receiver) = mpsc::channel(1);
    drop(tokio::spawn(async move {
        if sender.send(Ok(part)).await.is_ok() {
            tokio::time::sleep(FLUSH).await;
            let broken = io::Error::from(io::ErrorKind::ConnectionAborted);
            // The client may have left already, which is what this is about.
            drop(sender.send(Err(broken)).await);
        }
    }));
    streamed(answer, length, receiver)
}

/// Sends the body in small pieces; the client's leaving or a shutdown ends it.
fn paced(portal: &Portal, mut answer: Answer, size: usize, pause: Duration) -> Response<Body> {
    let whole = std::mem::take(&mut answer.body);
    let length = whole.len();
    let (sender, receiver) = mpsc::channel(1);
    let shutdown = portal.shutdown.clone();
    drop(portal.tasks.spawn(async move {
        for start in (0..whole.len()).step_by(size.max(1)) {
            let piece = whole.slice(start..(start + size.max(1)).min(whole.len()));
            if sender.send(Ok(piece)).await.is_err() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = sender.closed() => return,
                () = shutdown.cancelled() => return,
            }
        }
    }));
    streamed(answer, length, receiver)
}

fn streamed(
    answer: Answer,
    length: usize,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
) -> Response<Body> {
    let mut response = respond(answer);
    *response.body_mut() = Body::from_stream(ReceiverStream::new(pieces));
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}

/// The socket; when it is dropped after a fault asked for it, the peer gets a reset instead of an end of stream.
struct Line {
    stream: TcpStream,
    switch: Arc<Switch>,
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.switch.resets.load(Ordering::SeqCst) {
            // Where the option is missing the connection still ends, only more politely.
            drop(self.stream.set_zero_linger());
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
