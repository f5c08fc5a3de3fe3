//! The house rules: what a reviewer would otherwise have to look for.
//!
//! `cargo xtask tidy` runs these tests alone.

/// Files that name each other.
mod circles;
/// Where the wall clock is read.
mod clock;
/// What every file keeps to: size, head, endings, paths.
mod files;
/// Floors: which module may name which, and which crates.
mod floors;
/// The modules of a crate.
mod modules;
/// Who may import a noun.
mod nouns;
/// What the provider offers: described, shown, announced.
mod offer;
/// The paths that Rust code names.
mod paths;
/// The sections of `design/` that comments cite.
mod sections;
/// The dependency tree against `deny.toml`.
mod supply;
/// The project's files.
pub mod tree;
