//! People.

pub(crate) mod endpoints;
