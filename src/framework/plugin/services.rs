//! The services every plugin process serves next to its own (TPP §3.1).

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio_stream::{Stream, StreamExt as _};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::codegen::BoxStream;
use tonic::{Request, Response, Status, Streaming};

use crate::wire::health::health_check_response::ServingStatus;
use crate::wire::health::health_server::Health;
use crate::wire::health::{HealthCheckRequest, HealthCheckResponse};
use crate::wire::plugin::grpc_broker_server::GrpcBroker;
use crate::wire::plugin::grpc_controller_server::GrpcController;
use crate::wire::plugin::grpc_stdio_server::GrpcStdio;
use crate::wire::plugin::{ConnInfo, Empty, StdioData};

/// Passes the host's wish to end the process on to [`super::shutdown`].
pub(super) struct Controller {
    pub(super) requested: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.requested.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// A stream that stays open and never sends: whatever came on it, the host would log as unexpected.
///
/// Serving it is still useful: an open call keeps the host's gRPC library from considering the connection idle, and
/// closing it, during a very long pause.
pub(super) struct Stdio {
    pub(super) closing: CancellationToken,
}

#[tonic::async_trait]
impl GrpcStdio for Stdio {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<BoxStream<StdioData>>, Status> {
        let nothing = tokio_stream::pending::<()>();
        Ok(Response::new(Box::pin(Silence::new(
            nothing,
            &self.closing,
        ))))
    }
}

/// Reads what the host offers and needs none of it.
pub(super) struct Broker {
    pub(super) closing: CancellationToken,
}

#[tonic::async_trait]
impl GrpcBroker for Broker {
    async fn start_stream(
        &self,
        offers: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<BoxStream<ConnInfo>>, Status> {
        let silence = Silence::new(offers.into_inner(), &self.closing);
        Ok(Response::new(Box::pin(silence)))
    }
}

/// Reports that the plugin is healthy, as long as it can report anything.
pub(super) struct Healthy {
    pub(super) closing: CancellationToken,
}

impl Healthy {
    fn of(request: &Request<HealthCheckRequest>) -> Result<HealthCheckResponse, Status> {
        match request.get_ref().service.as_str() {
            "" | "plugin" => Ok(HealthCheckResponse {
                status: ServingStatus::Serving.into(),
            }),
            _ => Err(Status::not_found("unknown service")),
        }
    }
}

#[tonic::async_trait]
impl Health for Healthy {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Self::of(&request).map(Response::new)
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<BoxStream<HealthCheckResponse>>, Status> {
        let now = tokio_stream::once(Self::of(&request));
        let then = Silence::new(tokio_stream::pending::<()>(), &self.closing);
        Ok(Response::new(Box::pin(now.chain(then))))
    }
}

/// An empty answer: swallows its input, and ends with it or with the process.
struct Silence<I, O> {
    input: I,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    output: PhantomData<fn() -> O>,
}

impl<I, O> Silence<I, O> {
    fn new(input: I, closing: &CancellationToken) -> Self {
        Self {
            input,
            closing: Box::pin(closing.clone().cancelled_owned()),
            output: PhantomData,
        }
    }
}

impl<I: Stream + Unpin, O> Stream for Silence<I, O> {
    type Item = Result<O, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.closing.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        while let Some(_ignored) = ready!(Pin::new(&mut self.input).poll_next(context)) {}
        Poll::Ready(None)
    }
}
