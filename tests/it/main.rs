//! Tests that need the built binary or a running portal, as one program.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::let_underscore_must_use,
    clippy::map_err_ignore,
    reason = "a test fails by panicking, and its helpers do too"
)]
#![expect(unreachable_pub, reason = "nobody else uses a test's helpers")]

/// The resource `docspace_api_key`, and what is offered around it.
mod api_key;
/// The API client against the emulator, its faults, and worse servers.
mod client;
/// Core in miniature: whole commands over the host's verbs.
mod commands;
/// Data sources and functions against the emulator.
mod data;
/// The resource `docspace_developer_tools`.
mod developer_tools;
/// The resource `docspace_embedding`.
mod embedding;
/// What the provider offers beside managing a webhook: identity, lists, moves, actions, secrets.
mod extras;
/// A plugin host: it starts the binary as Terraform does and plays Terraform's part.
mod host;
/// The house rules: floors, files, supply chain, what the provider offers.
mod house;
/// Sentinels that go through whole lives and are found nowhere after.
mod leak;
/// What the log tells of a command.
mod logs;
/// Looking people, groups and rooms up.
mod lookups;
/// Everything that the provider can say, on one page.
mod messages;
/// The key that the provider runs with, and every resource that writes.
mod own_key;
/// Being a plugin child: handshake, TLS, noise, life and end of the process.
mod plugin;
/// A portal to test against, and configurations for it.
mod portal;
/// What goes through proxies, and who is blamed when nothing does.
mod proxies;
/// The receivers that the guide shows, with real deliveries.
mod receivers;
/// The resource `docspace_webhook`.
mod webhook;
