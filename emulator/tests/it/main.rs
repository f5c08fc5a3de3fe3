//! The emulator from outside: raw HTTP to its two ports, the in-process handle, and the program.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failing test may panic; helpers of tests are not exempt by themselves"
)]

/// A client that writes and reads HTTP by hand, so that broken answers are seen as they are.
mod client;
/// The control API: the same powers as the handle, over HTTP.
mod control;
/// What depends on the portal's database.
mod database;
/// Real deliveries to a receiver on loopback.
mod deliveries;
/// The domains that may embed the portal.
mod embedding;
/// Every fault action happens, where and as often as its rule says.
mod faults;
/// Groups of people.
mod groups;
/// The in-process handle: start, stop, drop.
mod handle;
/// The delivery journal and the retry endpoints.
mod journal;
/// API keys made, changed and removed over the API.
mod keys;
/// Knobs of API §13.2: callers, scopes, portal states, time zones, rate limits.
mod knobs;
/// The request log.
mod log;
/// What a running portal was seen to do (API §16), where no other module is about it.
mod observed;
/// What is looked at first (API §7).
mod order;
/// People and what is told of them.
mod people;
/// Probes of real receivers.
mod probes;
/// What differs from version to version.
mod profiles;
/// The program: flags, ready line, signals, state file.
mod program;
/// Random operations against a small independent model of the rules.
mod properties;
/// What the README promises.
mod readme;
/// A receiver on loopback with scripted answers.
mod receiver;
/// Rooms, and folders that pass for one.
mod rooms;
/// Thousands of webhooks.
mod scale;
/// Whole answers, byte for byte.
mod wire;
