//! The API client against the emulator, its faults, and worse servers.
//!
//! `contract` says what a portal does and runs against a real one when an address is given; everything else needs the
//! emulator's faults and its request log, or a server that no portal would be.

/// A portal and a client for it, and what most tests ask of them.
pub mod bench;
/// Lists that come packed.
mod compression;
/// Every endpoint's ordinary answer, and the refusals any portal gives.
mod contract;
/// The delivery journal and delivering again.
mod deliveries;
/// Error answers: each shape, each question an error answers.
mod errors;
/// One log line per request, and what it does not say.
mod logging;
/// Requests whose answer is lost, spoiled or late: what is sent again and what is not.
mod lost_answers;
/// A server that says and does exactly what the test wrote down.
pub mod scripted;
/// Secrets and keys in hostile answers.
mod secrets;
/// One list request for many readers.
mod shared_list;
/// Rate limits, the cap on writes, and stopping.
mod throttling;
/// Connections: proxies, pooling, size.
mod transport;
/// Whose certificate is taken for the portal's.
pub mod trust;
