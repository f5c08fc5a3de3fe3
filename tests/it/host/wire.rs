//! The wire as a host sees it: the files generated from `proto/`, included again, so that no type of
//! the library takes part in testing it.

use std::fmt;

#[allow(
    warnings,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    reason = "generated code follows its generator's style, not ours"
)]
mod generated {
    pub mod tfplugin6 {
        include!(concat!(env!("OUT_DIR"), "/tfplugin6.rs"));
    }

    pub mod plugin {
        include!(concat!(env!("OUT_DIR"), "/plugin.rs"));
    }
}

pub use generated::{plugin, tfplugin6};

impl fmt::Debug for tfplugin6::DynamicValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DynamicValue({:02x?})", self.msgpack)
    }
}

impl fmt::Debug for tfplugin6::RawState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawState({})", String::from_utf8_lossy(&self.json))
    }
}
