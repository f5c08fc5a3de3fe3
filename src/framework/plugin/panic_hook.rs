//! What a panic leaves on stderr.
//!
//! The host reads stderr by rules of its own (TPP §9.1): a line that starts with `panic: ` makes it
//! tell the user that the plugin crashed. A provider call that panics does not crash the plugin; its
//! user gets a diagnostic. So the hook logs one ordinary record, and only a panic that really ends the
//! process is reported as a crash.
//!
//! A panic's text may hold a user's value, `expect` prints the error it met. It is logged only when it
//! is a literal of the program; otherwise the place in the source has to do.

use std::io::{self, Write};
use std::panic::{self, Location, PanicHookInfo};
use std::sync::Mutex;

use super::Plugin;
use crate::framework::log;

/// Where the latest panic was, for the report of a death.
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
