//! Core in miniature: whole commands over the host's verbs, as a directory with a configuration and a
//! state sees them.
//!
//! [`host`](crate::host) plays one plugin process and checks what core checks in each call. Here are
//! the commands: which walks a command takes, each in a process of its own, which calls each walk
//! makes for each resource (TPP §5.1), how many resources at a time, and what is kept afterwards.
//! [`Client`] has what the versions of Terraform and OpenTofu differ in.
//!
//! ```text
//! let mut directory = Workspace::new(json!({"base_url": url, "api_key": "k"}));
//! directory.apply(&one(config)).await.quiet();
//! directory.plan(&one(config)).await.empty();
//! ```

mod client;
mod commands;
mod report;
mod walk;
mod workspace;

pub use self::client::{CLIENTS, Client};
pub use self::commands::Handle;
pub use self::report::Report;
pub use self::workspace::{Configuration, Planned, Workspace, one};
