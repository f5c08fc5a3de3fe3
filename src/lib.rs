//! Terraform and OpenTofu provider for the webhooks of ONLYOFFICE `DocSpace`.

pub mod framework;
pub mod stub;
pub(crate) mod wire;
