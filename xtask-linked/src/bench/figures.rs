//! Medians, and the machine they belong to.

use std::process::Command;

use serde_json::{Value, json};

/// The median, the least and the most of several values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

impl Summary {
    /// Returns nothing if nothing could be measured.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Some(Self {
            median: *values.get(values.len() / 2)?,
            least: *values.first()?,
            most: *values.last()?,
        })
    }

    pub(super) fn to_json(self) -> Value {
        let rounded = |value: f64| (value * 1000.0).round() / 1000.0;
        json!({"median": rounded(self.median), "min": rounded(self.least), "max": rounded(self.most)})
    }
}

/// Converts KiB to megabytes.
pub(super) fn megabytes(kib: u32) -> f64 {
    f64::from(kib) * 1024.0 / 1e6
}

/// Describes this machine and its tools.
pub(super) fn machine(cli: &str) -> Value {
    let processor = std::fs::read_to_string("/proc/cpuinfo")
        .ok()
        .and_then(|text| {
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
    json!({
        "system": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        "processor": processor,
        "threads": std::thread::available_parallelism().map_or(0, usize::from),
        "rustc": rustc_version(),
        "cli": cli,
    })
}

fn rustc_version() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_median_least_and_most() {
        let expected = Summary {
            median: 2.0,
            least: 1.0,
            most: 9.0,
        };
        assert_eq!(Summary::of([9.0, 1.0, 2.0]), Some(expected));
        assert_eq!(Summary::of([]), None);
    }
}
