//! The verbs of `cargo xtask` that link the provider, the emulator or an HTTP client. They are run
//! through `cargo xtask`, which has their help.
//!
//! | module | verb |
//! | --- | --- |
//! | `demo` | a webhook's life with the real CLI, the emulator and a receiver |
//! | `docs` | the Registry's documentation |
//! | `bench` | start, time, memory and requests of the provider |
//! | `fetch` | Terraform, for `cargo xtask terraform --fetch` |
//!
//! `interrupt` outlives Ctrl-C.

mod bench;
mod demo;
mod docs;
mod fetch;
mod interrupt;
mod release;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::bail;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let verb = args.next().unwrap_or_default();
    let verb = verb.to_string_lossy();
    let rest: Vec<OsString> = args.collect();
    let result = match &*verb {
        "demo" => demo::run(rest),
        "docs" => docs::run(rest),
        "bench" => bench::run(rest),
        "fetch" => fetch::run(),
        _ => (|| bail!("this program is run by cargo xtask"))(),
    };
    xtask::conclude(&verb, result)
}
