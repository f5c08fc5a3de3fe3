//! API keys.

pub(crate) mod body;
pub(crate) mod endpoints;
