//! What the portal says about itself, and what can be set.

pub(crate) mod endpoints;
pub(crate) mod password;
