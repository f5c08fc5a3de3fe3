//! Acceptance: the real CLI with the built provider against the emulator, as one program.
//!
//! Every test has its own portal, directory and CLI configuration, and needs nothing of the user's.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, and its helpers do too"
)]
#![expect(unreachable_pub, reason = "nobody else uses a test's helpers")]

/// A portal in memory, a directory, and the CLI in it.
mod harness;

/// Keys, and keys for one run.
mod api_keys;
/// Wrong configuration.
mod bad_input;
/// What each command may cost in requests.
mod budget;
/// Each attribute changed alone.
mod changes;
/// The guide whose files are a test of their own.
mod documents;
/// What somebody else changed, switched off or deleted.
mod drift;
/// Every example of the documentation.
mod examples;
/// A third of the table of faults.
mod faults;
/// Every block of code in the guides.
mod guides;
/// Whether deliveries succeed.
mod health;
/// Taking over webhooks that exist.
mod import;
/// Ctrl-C while the portal works.
#[cfg(unix)]
mod interrupt;
/// Create, plan again, destroy, forget, move.
mod lifecycle;
/// Webhooks that another provider managed.
mod moved;
/// What Terraform has had since 1.12: identities, queries, actions.
mod newer;
/// Being started, attached to, cut off and left alone.
#[cfg(unix)]
mod plugin;
/// The rules of the guide on policies, with the programs that judge by them.
#[cfg(unix)]
mod policy;
/// Pipelines, several portals and teams, many webhooks: what the guides about them show.
#[cfg(unix)]
mod practice;
/// Data sources, check blocks and functions.
mod reading;
/// From the clone to an apply elsewhere, by the README.
mod readme;
/// nginx and tinyproxy before a portal.
mod real;
/// A receiver on loopback.
#[expect(dead_code, reason = "shared with the tests through the plugin host")]
#[path = "../support/receiver.rs"]
mod receiver;
/// Replacement by force, and names that are taken.
mod replacement;
/// Webhooks on a room that a data source finds.
mod rooms;
/// `terraform providers schema -json`.
mod schema;
/// Secrets generated, configured, write-only, rotated, removed.
mod secrets;
/// `count`, `for_each` and aliases.
mod several;
/// Two portals with the same numbers.
mod strangers;
/// `terraform test`.
mod suites;
/// A key, a webhook on a room, and a domain in one configuration.
mod together;
/// Values that are known only after apply.
mod unknown;
/// Requests byte for byte.
mod wire;
/// A portal that refuses, or is none.
mod wrong_portal;
