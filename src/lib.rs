//! DocSpace provider.

pub mod api;
