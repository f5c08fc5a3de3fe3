//! Tests that need the built binary, as one program.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::map_err_ignore,
    reason = "a test fails by panicking, and its helpers do too"
)]
#![expect(unreachable_pub, reason = "nobody else uses a test's helpers")]

/// What the provider offers beside managing a webhook: identity, lists, moves, actions, secrets.
mod extras;
/// A plugin host: it starts the binary as Terraform does and plays Terraform's part.
#[expect(
    dead_code,
    reason = "the tests of the provider need more verbs than these"
)]
mod host;
/// Sentinels that go through whole lives and are found nowhere after.
mod leak;
/// Being a plugin child: handshake, TLS, noise, life and end of the process.
mod plugin;
