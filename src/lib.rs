//! A Terraform and OpenTofu provider for the webhooks of ONLYOFFICE DocSpace.
//!
//! | floor | what it is |
//! | --- | --- |
//! | [`provider`] | what `docspace` offers: the provider block, `docspace_webhook` |
//! | [`api`] | the client of DocSpace's webhook API; knows nothing of Terraform |
//! | [`framework`] | being a Terraform plugin; knows nothing of DocSpace |
//!
//! The program is [`run`]; `ARCHITECTURE.md` tells the life of one apply.

pub mod api;
pub mod framework;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod provider;
pub(crate) mod wire;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use framework::environment::ProcessEnvironment;
use framework::plugin::{self, Mode, Plugin};
use framework::protocol::Service;
use framework::server::Engine;
use provider::DocSpace;

const PLUGIN: Plugin = Plugin {
    name: "terraform-provider-docspace",
    version: env!("CARGO_PKG_VERSION"),
    address: "onlyoffice/docspace",
    variables: &provider::VARIABLES,
};

/// Runs the provider's program to its end and returns its exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let environment = ProcessEnvironment::default();
    plugin::run(&PLUGIN, args, &environment, |calls, mode| {
        let environment = ProcessEnvironment {
            is_developers: mode == Mode::Debug,
        };
        Service::new(Engine::new(DocSpace::new(Arc::new(environment))), calls)
    })
}
