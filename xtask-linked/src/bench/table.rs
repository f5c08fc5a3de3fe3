//! The figures as text.

use serde_json::Value;

use super::figures::Summary;
use super::scale::{Measured, Results, Taken};
use super::start::Start;
use super::subject::Kind;

/// Shows what the start of each program costs.
pub(super) fn starts(starts: &[Start]) -> String {
    let mut lines = Vec::new();
    for start in starts {
        let size = format!("{:.2} MB", megabytes(start.size));
        let (name, best) = (&start.name, "least … most");
        lines.push(format!("\n{name:<24}{:>12}   {best}\n", "median"));
        lines.push(row("  start to handshake", start.handshake_ms, "ms"));
        lines.push(row("  resident memory", start.resident_mb, "MB"));
        lines.push(format!("{:<24}{size:>12}\n", "  program"));
    }
    lines.concat()
}

fn row(label: &str, summary: Option<Summary>, unit: &str) -> String {
    match summary {
        Some(Summary {
            median,
            least,
            most,
        }) => format!("{label:<24}{median:>9.2} {unit}   {least:.2} … {most:.2}\n"),
        None => format!("{label:<24}{:>12}\n", "unknown"),
    }
}

/// Shows what each command took with one number of webhooks.
pub(super) fn commands(measured: &Measured) -> String {
    let plural = if measured.count == 1 { "" } else { "s" };
    let mut text = format!(
        "\n{:<24}{:>9}{:>7}{:>6}{:>6}{:>11}{:>10}{:>9}  requests\n",
        format!(
            "{} webhook{plural}, {}",
            measured.count,
            measured.repetition.name()
        ),
        "median",
        "ratio",
        "goal",
        "bare",
        "processor",
        "provider",
        "CLI",
    );
    for subject in &measured.subjects {
        text += &of_subject(subject, measured);
    }
    text
}

fn of_subject(subject: &Results, measured: &Measured) -> String {
    let is_floor = matches!(subject.kind, Kind::Floor | Kind::Bare);
    let mut lines = vec![format!("  {}\n", subject.kind.name())];
    for taken in &subject.steps {
        let ratio = |floor| measured.ratio(taken, floor).filter(|_| !is_floor);
        // The goals are the provider's, for that number and without hashing (product §8).
        let has_goal = subject.kind == Kind::Docspace && measured.count == 1_000;
        let goal = taken.step.goal().filter(|_| has_goal);
        let line = format!(
            "    {:<20}{:>7} s{:>7}{:>6}{:>6}{:>9} s{:>10}{:>9}  {}",
            taken.step.name(),
            decimals(taken.seconds().map(|seconds| seconds.median), 3),
            decimals(ratio(Kind::Floor), 2),
            decimals(goal, 2),
            decimals(ratio(Kind::Bare), 2),
            decimals(taken.processor().map(|seconds| seconds.median), 2),
            memory(taken.provider_mb()),
            memory(taken.cli_mb()),
            requests(taken),
        );
        lines.push(format!("{}\n", line.trim_end()));
    }
    if let Some(state) = subject.state {
        lines.push(format!("    {:<20}{state:>7} bytes each\n", "state"));
    }
    if let Some(failure) = &subject.failure {
        lines.push(format!("    came no further: {failure}\n"));
    }
    lines.concat()
}

fn decimals(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(String::new, |value| format!("{value:.digits$}"))
}

fn memory(megabytes: Option<f64>) -> String {
    megabytes.map_or_else(String::new, |megabytes| format!("{megabytes:.1} MB"))
}

fn requests(taken: &Taken) -> String {
    let Some(requests) = &taken.requests else {
        return String::new();
    };
    let mut parts: Vec<String> = requests
        .counts
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    parts.push(format!("{:.2} MB", megabytes(requests.bytes)));
    if requests.writes_at_once > 0 {
        parts.push(format!("{} writes at once", requests.writes_at_once));
    }
    parts.push(format!("{} connections", requests.connections));
    parts.join(", ")
}

/// Shows what all of it was measured on.
pub(super) fn machine(machine: &Value) -> String {
    let text = |name: &str| match machine.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "unknown".to_owned(),
        Some(other) => other.to_string(),
    };
    format!(
        "\n{}, {} threads, {}, {}, CLI {}\n",
        text("processor"),
        text("threads"),
        text("system"),
        text("rustc"),
        text("cli"),
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for people to read, with two decimals"
)]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_shows_what_is_unknown() {
        let start = Start {
            name: "provider".to_owned(),
            handshake_ms: Summary::of([3.25, 2.0, 2.5]),
            resident_mb: None,
            size: 8_000_000,
        };
        let table = starts(&[start]);
        for line in [
            "  start to handshake         2.50 ms   2.00 … 3.25",
            "  resident memory            unknown",
            "  program                    8.00 MB",
        ] {
            assert!(table.contains(line), "{table}");
        }
    }
}
