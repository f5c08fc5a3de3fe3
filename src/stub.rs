//! Stands where the provider will: an empty schema and nothing else.

use std::ffi::OsString;
use std::process::ExitCode;

use tonic::{Request, Response, Status};

use crate::framework::environment::Environment;
use crate::framework::plugin::{self, Calls, ConnectionId, Plugin};
use crate::wire::tfplugin6::provider_server::Provider;
use crate::wire::tfplugin6::{Schema, get_provider_schema, schema, stop_provider};

const PLUGIN: Plugin = Plugin {
    name: env!("CARGO_PKG_NAME"),
    version: env!("CARGO_PKG_VERSION"),
    address: "onlyoffice/docspace",
};

/// Runs the program to its end.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: &dyn Environment) -> ExitCode {
    plugin::run(&PLUGIN, args, environment, |calls| Stub { calls })
}

struct Stub {
    calls: Calls,
}

#[tonic::async_trait]
impl Provider for Stub {
    async fn get_provider_schema(
        &self,
        request: Request<get_provider_schema::Request>,
    ) -> Result<Response<get_provider_schema::Response>, Status> {
        let connection = request.extensions().get::<ConnectionId>().copied();
        let open = connection.is_some_and(|connection| self.calls.is_open(connection));
        tracing::debug!(?connection, open, "asked for the schema");
        let answer = self.calls.spawn(async {
            get_provider_schema::Response {
                provider: Some(Schema {
                    version: 0,
                    block: Some(schema::Block::default()),
                }),
                ..Default::default()
            }
        });
        let answer = answer
            .await
            .map_err(|panic| Status::internal(panic.to_string()))?;
        Ok(Response::new(answer))
    }

    async fn stop_provider(
        &self,
        _: Request<stop_provider::Request>,
    ) -> Result<Response<stop_provider::Response>, Status> {
        Ok(Response::new(stop_provider::Response::default()))
    }
}
