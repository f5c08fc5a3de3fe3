//! The portal's contract on the wire (API §2 to §8), over HTTP only.
//!
//! Without further ado the tests run against the emulator. With `DOCSPACE_TEST_BASE_URL` and `DOCSPACE_TEST_API_KEY`
//! set (the key of an owner or admin, unrestricted) they run against that portal instead. They create webhooks whose
//! names begin with `docspace-contract-` and remove them again, also after a failure. The portal probes receivers, so
//! a real one needs a public address that answers HEAD with 2xx: `DOCSPACE_TEST_RECEIVER`, default
//! `https://example.com/`.
//!
//! What the API document marks as inferred, not observed, has `inferred` in the test's name.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a failing test may panic, and a skipped one says so"
)]

/// The trigger catalogue and what masks are accepted (API §5, §6.6).
mod catalogue;
/// Create: answers, defaults, uniqueness (API §6.2).
mod create;
/// Delete (API §6.5).
mod delete;
/// Switching on and off (API §6.4).
mod enable;
/// Who and what the portal is (API §3.3, §7.2).
mod identity;
/// The delivery journal and retries (API §6.7, §6.8).
mod journal;
/// The list (API §6.1).
mod list;
/// Where the tests run, and cleaning up afterwards.
mod portal;
/// Every row of API §8.3.
mod refusals;
/// Credentials, routes, methods, content types (API §8.2).
mod transport;
/// Update (API §6.3).
mod update;
