//! Lives of webhooks behind limiters, as ratios to what the limiter allows: the number of requests over its rate.
//!
//! The limiter is the emulator's `limit_req`, which counts as nginx does. Limiters of different rates are measured at
//! the same time: nearly all of it is waiting.

use std::path::Path;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::portal;
use super::scale::Step;
use super::subject::{Kind, Repetition, Subject};
use super::watched;
use xtask::cli::Cli;
use xtask::report;

/// How many webhooks there are.
const COUNT: u32 = 300;

/// The limiters' default rates, in requests a second.
pub(super) const RATES: [u32; 3] = [5, 10, 20];

/// How many requests may be ahead of their time.
const BURSTS: [u32; 3] = [1, 3, 5];

const STEPS: [Step; 3] = [Step::Create, Step::Change, Step::Destroy];

/// A limiter's refusal, and what its goals allow in addition to the ratio.
struct Refusal {
    name: &'static str,
    status: u16,
    retry_after: fn() -> Value,
    allowance: Duration,
}

const REFUSALS: [Refusal; 3] = [
    Refusal {
        name: "429, Retry-After: 1",
        status: 429,
        retry_after: || json!({"seconds": 1}),
        allowance: Duration::ZERO,
    },
    Refusal {
        name: "429",
        status: 429,
        retry_after: || json!("none"),
        allowance: Duration::ZERO,
    },
    Refusal {
        name: "503",
        status: 503,
        retry_after: || json!("none"),
        // A create that got it is looked for until it can no longer appear.
        allowance: Duration::from_secs(30),
    },
];

/// The goal: at most this many times the number of requests over the rate.
const GOAL: f64 = 1.3;

/// What one limiter did to one step.
pub(super) struct Limited {
    refusal: &'static Refusal,
    rate: u32,
    burst: u32,
    step: Step,
    time: Duration,
    refused: u64,
}

impl Limited {
    fn floor(&self) -> f64 {
        f64::from(COUNT) / f64::from(self.rate)
    }

    /// Returns the ratio of the time, without what the goal allows in addition, to the floor.
    fn ratio(&self) -> f64 {
        let time = self.time.saturating_sub(self.refusal.allowance);
        time.as_secs_f64() / self.floor()
    }

    fn to_json(&self) -> Value {
        json!({
            "refusal": self.refusal.name,
            "rate": self.rate,
            "burst": self.burst,
            "command": self.step.name(),
            "seconds": self.time.as_secs_f64(),
            "floor_seconds": self.floor(),
            "ratio": self.time.as_secs_f64() / self.floor(),
            "refused": self.refused,
        })
    }
}

/// Measures every step behind every limiter of these rates.
pub(super) fn measure(cli: &Cli, provider: &Path, rates: &[u32]) -> Result<Vec<Limited>> {
    let emulator = portal::build()?;
    let runtime = Arc::new(Runtime::new()?);
    let mut all = Vec::new();
    for refusal in &REFUSALS {
        for burst in BURSTS {
            report(&format!("{}, bursts of {burst} …", refusal.name));
            let life = |rate| {
                let portal = Some((emulator.as_path(), &runtime));
                let kind = Kind::Docspace;
                let subject = Subject::new(kind, Repetition::Count, cli, provider, portal)?;
                live(&subject, refusal, rate, burst)
            };
            let lives = std::thread::scope(|scope| {
                let start = |&rate| scope.spawn(move || life(rate));
                let running: Vec<_> = rates.iter().map(start).collect();
                let ended = running.into_iter();
                ended.map(ScopedJoinHandle::join).collect::<Vec<_>>()
            });
            for life in lives {
                match life {
                    Ok(life) => all.extend(life?),
                    Err(_panicked) => bail!("a measurement has panicked"),
                }
            }
        }
    }
    Ok(all)
}

/// Creates, changes and destroys; a failure ends the benchmark.
fn live(
    subject: &Subject,
    refusal: &'static Refusal,
    rate: u32,
    burst: u32,
) -> Result<Vec<Limited>> {
    let portal = subject.portal.as_ref().context("no portal")?;
    portal.set(&json!({"limit_req": {
        "rate": rate,
        "burst": burst,
        "nodelay": true,
        "status": refusal.status,
        "retry_after": (refusal.retry_after)(),
    }}))?;
    let mut life = Vec::new();
    for step in STEPS {
        subject.configure(usize::try_from(COUNT)?, step.host())?;
        let command = subject.sandbox.command(step.arguments());
        let context = || format!("{}, {rate}/s, bursts of {burst}", step.name());
        let run = watched::run(command).with_context(context)?;
        let made = portal.webhooks()?;
        let expected = if step == Step::Destroy { 0 } else { COUNT };
        if made != u64::from(expected) {
            bail!("{}: {made} webhooks, not {expected}", context());
        }
        life.push(Limited {
            refusal,
            rate,
            burst,
            step,
            time: run.time,
            refused: portal.take_refused(refusal.status)?,
        });
    }
    Ok(life)
}

/// Shows the figures.
pub(super) fn table(all: &[Limited]) -> String {
    let heading = format!(
        "\n{:<24}{:>6}{:>7}  {:<12}{:>9}{:>9}{:>7}{:>9}\n",
        format!("{COUNT} webhooks behind"),
        "rate",
        "burst",
        "command",
        "time",
        "floor",
        "ratio",
        "refused",
    );
    let lines = all.iter().map(|limited| {
        format!(
            "  {:<22}{:>4}/s{:>7}  {:<12}{:>7.1} s{:>7.1} s{:>7.2}{:>9}\n",
            limited.refusal.name,
            limited.rate,
            limited.burst,
            limited.step.name(),
            limited.time.as_secs_f64(),
            limited.floor(),
            limited.time.as_secs_f64() / limited.floor(),
            limited.refused,
        )
    });
    let goal = format!("The goal is {GOAL}; behind a 503, after 30 s are taken off.\n");
    std::iter::once(heading)
        .chain(lines)
        .chain([goal])
        .collect()
}

pub(super) fn to_json(all: &[Limited]) -> Value {
    all.iter().map(Limited::to_json).collect()
}

/// Returns a sentence for each step that missed its goal.
pub(super) fn misses(all: &[Limited]) -> Vec<String> {
    let missed = all.iter().filter(|limited| limited.ratio() > GOAL);
    missed
        .map(|limited| {
            format!(
                "{}, {}/s, bursts of {}, {}: {:.2} times the floor",
                limited.refusal.name,
                limited.rate,
                limited.burst,
                limited.step.name(),
                limited.ratio()
            )
        })
        .collect()
}
