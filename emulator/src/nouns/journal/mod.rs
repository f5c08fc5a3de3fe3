//! The journal of deliveries.

pub(crate) mod endpoints;
