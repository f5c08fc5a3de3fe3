//! Tests that need the built binary or a running portal, as one program.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and its helpers do too"
)]
#![expect(unreachable_pub, reason = "nobody else uses a test's helpers")]

/// The API client against the emulator, its faults, and worse servers.
mod client;
