//! The portal's contract on the wire (API §2 to §8), over HTTP only.
//!
//! Without further ado each test runs against an emulator of every version, with an https receiver and with an http
//! one. With `DOCSPACE_TEST_BASE_URL` and `DOCSPACE_TEST_API_KEY` set (the key of an owner or admin, unrestricted) it
//! runs against that portal instead. The portal probes receivers, so a real one needs an address that it can reach and
//! that answers HEAD with 2xx: `DOCSPACE_TEST_RECEIVER`, http or https, default `https://example.com/`.
//!
//! A run says what it will create before it does, and each test removes what it created. What a portal does not have is
//! skipped and listed. What the API document marks as inferred, not observed, has `inferred` in the test's name, and
//! runs against a real portal with `DOCSPACE_TEST_INFERRED=1` only. Marks such as `O1` are those of API §16.

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
/// API keys (API §3.2).
mod keys;
/// The list (API §6.1).
mod list;
/// People, groups and rooms (IH §4, §7, §8).
mod lookups;
/// A portal under test: requests, bodies, and cleaning up.
mod portal;
/// Every row of API §8.3.
mod refusals;
/// Answers and their shapes.
mod reply;
/// What a portal has, and what is said about that.
mod survey;
/// Where the tests run.
mod targets;
/// Credentials, routes, methods, content types (API §8.2).
mod transport;
/// Update (API §6.3).
mod update;
