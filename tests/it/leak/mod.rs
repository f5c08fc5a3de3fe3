//! The leak test: sentinels go through whole lives at trace level, and are found nowhere after
//! (product §1.2).
//!
//! [`detector`] finds a sentinel, or any eight bytes of it, in every usual disguise; its own tests
//! plant leaks. [`sentinels`] has the secrets and the portal that throws them back. [`host`] lives
//! through the plugin host, among portals that are [`hostile`] too, [`cli`] through the real command
//! line tool. [`api_keys`] has keys that the portal makes, [`keys`] those of TLS.

mod api_keys;
mod archive;
mod cli;
#[expect(
    dead_code,
    reason = "shared with xtask and the acceptance tests, which need more of it"
)]
#[path = "../../support/cli.rs"]
mod cli_support;
mod detector;
mod host;
mod hostile;
mod keys;
mod sentinels;
mod terraform;
