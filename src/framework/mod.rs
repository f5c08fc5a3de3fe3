//! Everything a provider needs that has nothing to do with `DocSpace`.

pub mod environment;
pub mod log;
pub mod plugin;
