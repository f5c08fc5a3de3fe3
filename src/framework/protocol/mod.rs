//! Protocol 6 at the edge: messages in, messages out (TPP §4).
//!
//! `decode` and `encode` are pure conversions between the wire and our types. `service` is the gRPC service; the bodies
//! of its calls stand in `offer`, `provider_block`, `managed`, `data`, `list`, `action` and `function`: look up,
//! decode, call the engine, encode. `shown` makes texts safe for a terminal. Every failure of a call is a diagnostic in
//! its response, never a gRPC status, because core drops private state and created objects on those (TPP §7.3).

mod action;
mod call;
mod data;
mod decode;
mod encode;
mod encode_schema;
mod function;
mod list;
mod managed;
mod offer;
mod provider_block;
mod service;
mod shown;

pub(crate) use service::Service;
