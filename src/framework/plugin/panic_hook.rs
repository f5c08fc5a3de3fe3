//! What a panic leaves on stderr.
//!
//! The host reads stderr by rules of its own (TPP §9.1): a line that starts with `panic: ` makes it
//! tell the user that the plugin crashed. A provider call that panics does not crash the plugin; its
//! user gets a diagnostic. So the hook logs one ordinary record, and only a panic that really ends the
//! process is reported as a crash.
//!
//! A panic's text may hold a user's value, `expect` prints the error it met. It is logged only if it is a literal of
//! the program; otherwise the place in the source must suffice.

use std::io::{self, Write};
use std::panic::{self, Location, PanicHookInfo};
use std::sync::Mutex;

use super::Plugin;
use crate::framework::log;

/// Where the latest panic was, for the report of a crash.
static LATEST: Mutex<Option<String>> = Mutex::new(None);

/// Replaces the default hook, whose several lines the host cannot read.
pub(super) fn install() {
    panic::set_hook(Box::new(|info| {
        let place = place(info.location());
        if let Ok(mut latest) = LATEST.lock() {
            *latest = Some(place.clone());
        }
        let mut fields = vec![("location", place)];
        if let Some(text) = literal(info) {
            fields.push(("error", text.to_owned()));
        }
        log::write_error("The provider panicked: this is a bug in it", &fields);
    }));
}

/// Reports the panic that ended the process, in the form that the host shows to its user.
pub(super) fn report_death(plugin: &Plugin) {
    let place = LATEST.lock().ok().and_then(|latest| latest.clone());
    let Plugin { name, version, .. } = plugin;
    let place = place.unwrap_or_else(|| "an unknown place".to_owned());
    // The host is gone if this fails.
    drop(writeln!(
        io::stderr(),
        "panic: {name} {version} had to stop because of a bug in it, at {place}"
    ));
}

fn literal<'a>(info: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    info.payload().downcast_ref::<&'static str>().copied()
}

fn place(location: Option<&Location<'_>>) -> String {
    location.map_or_else(|| "an unknown place".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use serde_json::Value;

    use super::*;

    /// Set in the process that panics: the hook is one per process, and the other tests have theirs.
    const CHILD: &str = "PANIC_HOOK_TEST_CHILD";

    fn panic_twice() {
        install();
        let secret = String::from("s3cret");
        let formatted = panic::catch_unwind(|| panic!("the value is {secret}"));
        let literal = panic::catch_unwind(|| panic!("a literal"));
        drop(panic::take_hook());
        assert!(formatted.is_err() && literal.is_err());
    }

    #[test]
    fn a_panic_is_one_record_without_the_values_in_its_text() {
        if std::env::var_os(CHILD).is_some() {
            return panic_twice();
        }
        let this = concat!(
            "framework::plugin::panic_hook::tests::",
            "a_panic_is_one_record_without_the_values_in_its_text"
        );
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", this, "--nocapture"])
            .env(CHILD, "1")
            .output()
            .unwrap();
        let stderr = String::from_utf8(child.stderr).unwrap();
        assert!(!stderr.contains("s3cret"), "{stderr}");
        let records: Vec<Value> = stderr
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let [formatted, literal] = records.as_slice() else {
            panic!("two records, not {stderr}");
        };
        for record in [formatted, literal] {
            assert_eq!(record["@level"], "error");
            assert!(
                record["location"]
                    .as_str()
                    .unwrap()
                    .contains("panic_hook.rs")
            );
        }
        assert_eq!(formatted["error"], Value::Null);
        assert_eq!(literal["error"], "a literal");
    }
}
