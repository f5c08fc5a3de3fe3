//! The catalogue of triggers.

pub(crate) mod endpoints;
pub(crate) mod trigger;
