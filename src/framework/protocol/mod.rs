//! Protocol 6 at the edge: messages in, messages out (TPP §4).
//!
//! `decode` and `encode` are pure conversions between the wire and our types; `service` looks up,
//! decodes, calls the engine, encodes. Every failure of a call is a diagnostic in its response,
//! never a gRPC status, because core drops private state and created objects on those (TPP §7.3).

mod call;
mod decode;
mod encode;
mod encode_schema;
mod service;

pub(crate) use service::Service;
