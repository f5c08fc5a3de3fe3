//! Terraform and OpenTofu provider for the webhooks of ONLYOFFICE `DocSpace`.

pub(crate) mod wire;
