//! The generated wire code: protocol messages, the provider service and the plugin services.
//!
//! Built from `proto/` by `build.rs`. Only `framework::protocol` and `framework::plugin` use it, and
//! nothing here knows about them. The one thing written by hand is `Debug` for the two messages that
//! carry users' values: it shows sizes, never content, so that no log line or assertion can leak one.

use std::fmt;

#[allow(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "generated code follows its generator's style, not ours"
)]
mod generated {
    /// Messages and service of protocol 6 (`proto/tfplugin6.proto`).
    pub(crate) mod tfplugin6 {
        tonic::include_proto!("tfplugin6");
    }

    /// Controller, stdio and broker services of a plugin process (`proto/grpc_*.proto`).
    pub(crate) mod plugin {
        tonic::include_proto!("plugin");
    }

    /// The standard gRPC health service (`proto/health.proto`).
    pub(crate) mod health {
        tonic::include_proto!("grpc.health.v1");
    }
}

pub(crate) use generated::{health, plugin, tfplugin6};

impl fmt::Debug for tfplugin6::DynamicValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "DynamicValue({} bytes of msgpack, {} of json)",
            self.msgpack.len(),
            self.json.len()
        )
    }
}

impl fmt::Debug for tfplugin6::RawState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "RawState({} bytes of json, {} flat entries)",
            self.json.len(),
            self.flatmap.len()
        )
    }
}
