//! The control API on its own port: what [`crate::Emulator`] offers in process, for other languages and programs.
//!
//! Bodies are JSON; names are in snake case. Errors are `{"error": "a sentence"}`. The crate's README lists the routes;
//! those of a noun are in its folder.

pub(crate) mod exchange;
mod faults;
mod requests;
pub(crate) mod server;
mod settings;
