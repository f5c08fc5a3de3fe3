//! The traffic on the wire: distance, memory and the cost at the portal, of two builds side by side.
//!
//! Both builds do the same step one after the other before either does the next one. What is compared is the median and
//! the least of the runs.

use std::path::Path;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::figures::{Summary, megabytes};
use super::portal::{self, Requests};
use super::scale::Step;
use super::subject::{Kind, Repetition, Subject};
use super::watched::{self, Run};
use xtask::cli::Cli;
use xtask::report;

/// How often each step is taken, at least.
pub(super) const RUNS: usize = 5;

const STEPS: [Step; 3] = [Step::Create, Step::PlanAgain, Step::Destroy];

/// How many webhooks each of two runs of one user creates.
const SHARED: usize = 300;

/// The latency at which they share the portal.
const SHARED_LATENCY_MS: u64 = 100;

/// A portal, and what is managed there.
struct Scene {
    name: &'static str,
    /// Where the secrets come from.
    kind: Kind,
    webhooks: usize,
    /// Webhooks of someone else.
    foreign: usize,
    latency_ms: u64,
}

const SCENES: [Scene; 5] = [
    Scene {
        name: "300 webhooks",
        kind: Kind::Docspace,
        webhooks: 300,
        foreign: 0,
        latency_ms: 0,
    },
    Scene {
        name: "300 with one secret, no version",
        kind: Kind::Automatic,
        webhooks: 300,
        foreign: 0,
        latency_ms: 0,
    },
    Scene {
        name: "300 with a secret each, no version",
        kind: Kind::AutomaticEach,
        webhooks: 300,
        foreign: 0,
        latency_ms: 0,
    },
    Scene {
        name: "10 webhooks beside 5000 of others",
        kind: Kind::Docspace,
        webhooks: 10,
        foreign: 5_000,
        latency_ms: 0,
    },
    Scene {
        name: "100 webhooks at 400 ms",
        kind: Kind::Docspace,
        webhooks: 100,
        foreign: 0,
        latency_ms: 400,
    },
];

/// A build, and its name in tables.
#[derive(Clone, Copy)]
struct Build<'a> {
    name: &'static str,
    program: &'a Path,
}

/// What one build took for one step of a scene, in all its runs.
struct Taken {
    scene: &'static Scene,
    step: Step,
    build: &'static str,
    runs: Vec<Run>,
    requests: Requests,
}

/// What two runs of one user took that were started at once.
struct Shared {
    build: &'static str,
    seconds: [f64; 2],
    refused: u64,
}

/// All that was measured.
pub(super) struct Measured {
    taken: Vec<Taken>,
    shared: Vec<Shared>,
}

/// Measures a build beside an earlier one, if there is one.
pub(super) fn measure(
    cli: &Cli,
    provider: &Path,
    before: Option<&Path>,
    runs: usize,
) -> Result<Measured> {
    let emulator = portal::build()?;
    let runtime = Arc::new(Runtime::new()?);
    let portal = Some((emulator.as_path(), &runtime));
    let before = before.map(|program| Build {
        name: "before",
        program,
    });
    let now = Build {
        name: "now",
        program: provider,
    };
    let builds: Vec<Build<'_>> = before.into_iter().chain([now]).collect();
    let subject =
        |build: &Build<'_>, kind| Subject::new(kind, Repetition::Count, cli, build.program, portal);
    let mut taken = Vec::new();
    for scene in &SCENES {
        let mut subjects = Vec::new();
        for build in &builds {
            let subject = subject(build, scene.kind)?;
            let portal = subject.portal.as_ref().context("no portal")?;
            portal.fill(scene.foreign)?;
            portal.set(&json!({"latency_ms": scene.latency_ms}))?;
            subjects.push((build.name, subject));
        }
        taken.extend(play(scene, &subjects, runs.max(RUNS))?);
    }
    let mut shared = Vec::new();
    for build in &builds {
        for _ in 0..runs.max(RUNS) {
            report(&format!("Two runs of one user, {} …", build.name));
            let new = || subject(build, Kind::Docspace);
            let (one, other) = (new()?, new()?);
            shared.push(share(build.name, &one, other)?);
        }
    }
    Ok(Measured { taken, shared })
}

/// Takes all steps of a scene with every build in turn.
fn play(
    scene: &'static Scene,
    subjects: &[(&'static str, Subject)],
    runs: usize,
) -> Result<Vec<Taken>> {
    let mut all: Vec<Taken> = Vec::new();
    for run in 1..=runs {
        report(&format!("{}, run {run} of {runs} …", scene.name));
        for step in STEPS {
            for (build, subject) in subjects {
                let portal = subject.portal.as_ref().context("no portal")?;
                subject.configure(scene.webhooks, Step::Create.host())?;
                portal.take_requests()?;
                let command = subject.sandbox.command(step.arguments());
                let run = watched::run(command)
                    .with_context(|| format!("{}, {}", scene.name, step.name()))?;
                let requests = portal.take_requests()?;
                let is_it = |taken: &&mut Taken| taken.step == step && taken.build == *build;
                match all.iter_mut().find(is_it) {
                    Some(taken) => taken.runs.push(run),
                    None => all.push(Taken {
                        scene,
                        step,
                        build,
                        runs: vec![run],
                        requests,
                    }),
                }
            }
        }
    }
    Ok(all)
}

/// Creates webhooks in two directories at once, at one portal that limits its users.
fn share(build: &'static str, one: &Subject, mut other: Subject) -> Result<Shared> {
    let portal = one.portal.as_ref().context("no portal")?;
    portal.set(&json!({"latency_ms": SHARED_LATENCY_MS, "rate_limits": {}}))?;
    other.sandbox.set("DOCSPACE_BASE_URL", &portal.base_url);
    one.configure(SHARED, "one.example.com")?;
    other.configure(SHARED, "other.example.com")?;
    let create = |subject: &Subject| {
        let command = subject.sandbox.command(Step::Create.arguments());
        watched::run(command)
    };
    let runs = std::thread::scope(|scope| {
        let running = [one, &other].map(|subject| scope.spawn(move || create(subject)));
        running.map(ScopedJoinHandle::join)
    });
    let mut seconds = [0.0; 2];
    for (seconds, run) in seconds.iter_mut().zip(runs) {
        match run {
            Ok(run) => *seconds = run?.time.as_secs_f64(),
            Err(_panicked) => bail!("a measurement has panicked"),
        }
    }
    let made = portal.webhooks()?;
    if made != u64::try_from(2 * SHARED)? {
        bail!("two runs made {made} webhooks, not {}", 2 * SHARED);
    }
    Ok(Shared {
        build,
        seconds,
        refused: portal.take_refused(429)?,
    })
}

impl Taken {
    fn seconds(&self) -> Option<Summary> {
        Summary::of(self.runs.iter().map(|run| run.time.as_secs_f64()))
    }

    fn peak(&self) -> Option<Summary> {
        let peaks = self.runs.iter().map(|run| run.peaks.plugin);
        Summary::of(peaks.filter(|peak| *peak > 0).map(megabytes))
    }

    fn to_json(&self) -> Value {
        json!({
            "scene": self.scene.name,
            "command": self.step.name(),
            "build": self.build,
            "seconds": self.seconds().map(Summary::to_json),
            "provider_mb": self.peak().map(Summary::to_json),
            "requests": self.requests.counts,
            "request_bytes": self.requests.bytes,
            "connections": self.requests.connections,
            "writes_at_once": self.requests.writes_at_once,
        })
    }
}

impl Shared {
    /// Returns how many times as long the slower run took, and which part of the writes was refused.
    fn ratios(&self) -> (f64, f64) {
        let [one, other] = self.seconds;
        let writes = f64::from(u32::try_from(2 * SHARED).unwrap_or(u32::MAX));
        let refused = f64::from(u32::try_from(self.refused).unwrap_or(u32::MAX));
        (one.max(other) / one.min(other), refused / writes)
    }

    fn line(&self) -> String {
        let (slower, refused) = self.ratios();
        let [one, other] = self.seconds;
        let seconds = format!("{one:.2}, {other:.2}");
        let refused = refused * 100.0;
        format!(
            "  create, {:<26}{seconds:>16}{slower:>9.2}{refused:>8.1}%\n",
            self.build
        )
    }
}

impl Measured {
    /// Returns what the earlier build took for the same.
    fn before(&self, taken: &Taken) -> Option<&Taken> {
        self.taken.iter().find(|before| {
            before.build == "before"
                && taken.build != "before"
                && before.scene.name == taken.scene.name
                && before.step == taken.step
        })
    }

    /// Returns how many times as long a step takes as with the versions of the secrets, where they are left out.
    fn without_version(&self, taken: &Taken) -> Option<f64> {
        let with_version = self.taken.iter().find(|other| {
            let (one, other) = (taken, other);
            one.scene.kind != Kind::Docspace
                && other.scene.kind == Kind::Docspace
                && (one.scene.webhooks, one.step) == (other.scene.webhooks, other.step)
                && one.build == other.build
        })?;
        Some(taken.seconds()?.median / with_version.seconds()?.median)
    }

    /// Shows the figures.
    pub(super) fn table(&self) -> String {
        let mut lines = Vec::new();
        let mut scene = "";
        for taken in &self.taken {
            if scene != taken.scene.name {
                scene = taken.scene.name;
                lines.push(format!(
                    "\n{scene:<36}{:>16}{:>7}{:>18}{:>7}{:>10}{:>7}  requests\n",
                    "least / median s", "ratio", "provider MB", "ratio", "bodies", "ratio",
                ));
            }
            lines.push(self.line(taken));
        }
        let title = format!("2 × {SHARED} webhooks of one user");
        lines.push(format!(
            "\n{title:<36}{:>16}{:>9}{:>9}\n",
            "seconds", "slower", "refused"
        ));
        lines.extend(self.shared.iter().map(Shared::line));
        lines.concat()
    }

    fn line(&self, taken: &Taken) -> String {
        let before = self.before(taken);
        let pair = |summary: Option<Summary>| {
            summary.map_or_else(String::new, |summary| {
                format!("{:.2} / {:.2}", summary.least, summary.median)
            })
        };
        let ratio = |of: fn(&Taken) -> Option<f64>| {
            let ratio = before.and_then(|before| Some(of(taken)? / of(before)?));
            ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"))
        };
        let label = format!("  {}, {}", taken.step.name(), taken.build);
        let requests = taken.requests.counts.iter();
        let mut requests: Vec<String> = requests
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let hashing = self.without_version(taken);
        requests.extend(hashing.map(|ratio| format!("{ratio:.2} times as long as with versions")));
        format!(
            "{label:<36}{:>16}{:>7}{:>18}{:>7}{:>7.2} MB{:>7}  {}, {} connections, {} writes at once\n",
            pair(taken.seconds()),
            ratio(|taken| Some(taken.seconds()?.median)),
            pair(taken.peak()),
            ratio(|taken| Some(taken.peak()?.median)),
            bytes(taken) / 1e6,
            ratio(|taken| Some(bytes(taken))),
            requests.join(", "),
            taken.requests.connections,
            taken.requests.writes_at_once,
        )
    }

    pub(super) fn to_json(&self) -> Value {
        let taken: Vec<Value> = self.taken.iter().map(Taken::to_json).collect();
        let shared = self.shared.iter().map(|shared| {
            let (slower, refused) = shared.ratios();
            json!({"build": shared.build, "seconds": shared.seconds, "slower": slower, "refused": refused})
        });
        json!({"commands": taken, "two_runs": shared.collect::<Vec<_>>()})
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "for people to read, with two decimals"
)]
fn bytes(taken: &Taken) -> f64 {
    taken.requests.bytes as f64
}
