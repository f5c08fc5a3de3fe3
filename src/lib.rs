//! A Terraform and OpenTofu provider for the webhooks of ONLYOFFICE DocSpace.

pub mod framework;
#[expect(dead_code, reason = "x")]
mod wire;
