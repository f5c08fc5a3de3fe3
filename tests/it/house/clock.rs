//! Where the wall clock is read: it can jump, so nothing may wait by it.

use super::tree;

/// The files that need a date, and what for.
const DATES: [(&str, &str); 4] = [
    ("src/api/http/client.rs", "a `Retry-After` that is a date"),
    ("src/framework/log.rs", "the time of a log line"),
    ("src/provider/expiry.rs", "when a key ends"),
    (
        "src/provider/webhook/deliveries/redeliver/choice.rs",
        "times that the portal recorded",
    ),
];

#[test]
fn the_wall_clock_is_read_only_where_a_date_is_meant() {
    let readers: Vec<String> = tree::files("src")
        .into_iter()
        .filter(|file| {
            ["SystemTime::now", "now_utc", "now_local"]
                .iter()
                .any(|name| file.text.contains(name))
        })
        .map(|file| file.path)
        .collect();
    assert_eq!(
        readers,
        DATES.map(|(path, _)| path),
        "waits are measured with `Instant`"
    );
}
