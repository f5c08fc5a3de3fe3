//! Webhooks: what is stored, the checks before it, and the answers about it.

pub(crate) mod checks;
pub(crate) mod endpoints;
pub(crate) mod probe;
pub(crate) mod races;
pub(crate) mod route_hooks;
pub(crate) mod shape;
pub(crate) mod store;
pub(crate) mod url_rules;
