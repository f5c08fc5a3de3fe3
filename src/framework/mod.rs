//! A framework for Terraform providers: from the plugin process up to the traits that an author
//! implements.
//!
//! Floors, from the ground up: the generated wire code below `protocol` and [`plugin`]; the engine in
//! [`server`]; the traits in [`provider`], [`resource`], [`data_source`],
//! [`ephemeral`], [`function`], [`list_resource`] and [`action`]; and the
//! vocabulary they share: [`value`], [`schema`], [`path`], [`diagnostics`], [`private_state`].
//! Nothing here knows of DocSpace.

pub mod action;
pub mod data_source;
pub mod diagnostics;
pub mod environment;
pub mod ephemeral;
pub mod function;
pub mod list_resource;
pub mod log;
pub mod path;
pub mod plugin;
pub mod private_state;
pub(crate) mod protocol;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod server;
pub mod value;
