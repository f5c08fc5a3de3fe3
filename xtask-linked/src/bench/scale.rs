//! Whole commands of the real CLI for N webhooks, and the same N of `terraform_data` beside them.
//!
//! All subjects do the same step one after the other before any does the next, so that a load on the machine affects
//! them alike.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::Options;
use super::figures::{Summary, megabytes};
use super::portal::{self, Portal, Requests};
use super::subject::{Kind, Repetition, Subject};
use super::watched::{self, Run};
use xtask::cli::Cli;
use xtask::report;

/// Above this number, hashes, which take seconds for a hundred, are not waited for, nor are API keys.
const MOST_HASHED: usize = 300;

/// Above this number every command runs once.
const MOST_REPEATED: usize = 1_000;

/// The writes that may be under way at once, unless configured otherwise (product §3).
const MOST_WRITES: u64 = 10;

/// A command in the life of N webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    PlanNew,
    Create,
    PlanAgain,
    Change,
    Destroy,
}

impl Step {
    /// In the order of a life.
    const ALL: [Self; 5] = [
        Self::PlanNew,
        Self::Create,
        Self::PlanAgain,
        Self::Change,
        Self::Destroy,
    ];

    /// Returns its name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::PlanNew => "first plan",
            Self::Create => "create",
            Self::PlanAgain => "empty plan",
            Self::Change => "change all",
            Self::Destroy => "destroy",
        }
    }

    /// Returns the ratio to the floor that is the goal for 1 000 webhooks (product §8), where there is one.
    ///
    /// The goals are for creating, an empty plan, changing and destroying, however the webhooks are repeated. The
    /// first plan is shown without one: of its processor time 7 % were the provider's when it was measured, the rest
    /// is the CLI's work for ten attributes that come over a socket.
    pub(super) fn goal(self) -> Option<f64> {
        match self {
            Self::PlanNew => None,
            Self::PlanAgain => Some(1.25),
            Self::Create | Self::Change | Self::Destroy => Some(1.5),
        }
    }

    pub(super) fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::PlanNew | Self::PlanAgain => &["plan"],
            Self::Create | Self::Change => &["apply", "-auto-approve"],
            Self::Destroy => &["destroy", "-auto-approve"],
        }
    }

    /// Returns the host of the receivers that the step wants to have.
    pub(super) fn host(self) -> &'static str {
        match self {
            Self::PlanNew | Self::Create | Self::PlanAgain => "hooks.example.com",
            Self::Change | Self::Destroy => "hooks.example.net",
        }
    }

    /// Returns the most requests it may make (product §8), by name as in `GET /webhook`; none for other providers.
    fn budget(self, kind: Kind, count: u64) -> Option<BTreeMap<&'static str, u64>> {
        match kind {
            Kind::Docspace | Kind::Automatic | Kind::AutomaticEach => {
                Some(self.budget_of_webhooks(count))
            }
            Kind::Keys => Some(self.budget_of_keys(count)),
            Kind::Floor | Kind::Bare | Kind::Restapi | Kind::Restful => None,
        }
    }

    fn budget_of_keys(self, count: u64) -> BTreeMap<&'static str, u64> {
        let (list, own) = ("GET /api/2.0/keys", "GET /api/2.0/keys/@self");
        let budget: &[(&str, u64)] = match self {
            Self::PlanNew => &[],
            Self::Create => &[(list, 1), (own, 1), ("POST /api/2.0/keys", count)],
            Self::PlanAgain => &[(list, 1)],
            Self::Change => &[(list, 2), (own, 2), ("PUT /api/2.0/keys/{guid}", count)],
            Self::Destroy => &[(list, 2), (own, 2), ("DELETE /api/2.0/keys/{guid}", count)],
        };
        budget.iter().copied().collect()
    }

    fn budget_of_webhooks(self, count: u64) -> BTreeMap<&'static str, u64> {
        let list = "GET /webhook";
        let (catalog, policy) = ("GET /webhook/triggers", "GET /security/password");
        let own_key = "GET /api/2.0/keys/@self";
        let budget: &[(&str, u64)] = match self {
            Self::PlanNew => &[(list, 1), (catalog, 1), (policy, 1), (own_key, 1)],
            Self::Create => &[
                (list, 2),
                (catalog, 2),
                (policy, 2),
                (own_key, 2),
                ("POST /webhook", count),
            ],
            Self::PlanAgain => &[(list, 1)],
            Self::Change => &[(list, 2), (own_key, 1), ("PUT /webhook", count)],
            Self::Destroy => &[(list, 2), (own_key, 1), ("DELETE /webhook/{id}", count)],
        };
        budget.iter().copied().collect()
    }
}

/// What is needed to measure any number of webhooks.
pub(super) struct Bench<'a> {
    cli: Cli,
    provider: &'a Path,
    emulator: PathBuf,
    runtime: Arc<Runtime>,
    options: &'a Options,
}

/// What was measured with one number of webhooks.
pub(super) struct Measured {
    pub(super) count: usize,
    pub(super) repetition: Repetition,
    pub(super) subjects: Vec<Results>,
}

/// What was measured of one subject.
pub(super) struct Results {
    pub(super) kind: Kind,
    pub(super) steps: Vec<Taken>,
    /// Bytes of state for each webhook.
    pub(super) state: Option<u64>,
    /// Why it got no further.
    pub(super) failure: Option<String>,
}

/// What one step of one subject took, in all its runs.
pub(super) struct Taken {
    pub(super) step: Step,
    pub(super) runs: Vec<Run>,
    pub(super) requests: Option<Requests>,
}

impl<'a> Bench<'a> {
    pub(super) fn new(cli: Cli, provider: &'a Path, options: &'a Options) -> Result<Self> {
        Ok(Self {
            cli,
            provider,
            emulator: portal::build()?,
            runtime: Arc::new(Runtime::new()?),
            options,
        })
    }

    /// Measures all subjects with this many webhooks.
    pub(super) fn measure(&self, count: usize, repetition: Repetition) -> Result<Measured> {
        let subjects = self.subjects(count, repetition)?;
        let mut results: Vec<Results> = subjects.iter().map(Results::new).collect();
        // The CLI's own work grows with the square: a few more of these would take hours.
        let runs = if count > MOST_REPEATED {
            1
        } else {
            self.options.runs
        };
        for run in 1..=runs {
            let by = repetition.name();
            report(&format!("{count} webhooks by {by}, run {run} of {runs} …"));
            for step in Step::ALL {
                for (subject, results) in subjects.iter().zip(&mut results) {
                    self.take(subject, step, count, results)?;
                }
            }
        }
        Ok(Measured {
            count,
            repetition,
            subjects: results,
        })
    }

    fn subjects(&self, count: usize, repetition: Repetition) -> Result<Vec<Subject>> {
        let portal = Some((self.emulator.as_path(), &self.runtime));
        let own = |kind, portal| Subject::new(kind, repetition, &self.cli, self.provider, portal);
        let mut subjects = vec![
            own(Kind::Docspace, portal)?,
            own(Kind::Floor, None)?,
            own(Kind::Bare, None)?,
        ];
        if count <= MOST_HASHED {
            subjects.push(own(Kind::Automatic, portal)?);
            subjects.push(own(Kind::AutomaticEach, portal)?);
            subjects.push(own(Kind::Keys, portal)?);
        }
        for program in &self.options.peers {
            if let Some(kind) = Kind::of_peer(program) {
                subjects.push(Subject::new(kind, repetition, &self.cli, program, portal)?);
            }
        }
        Ok(subjects)
    }

    /// Takes one step with one subject. What a peer cannot do ends its part and nothing else.
    fn take(
        &self,
        subject: &Subject,
        step: Step,
        count: usize,
        results: &mut Results,
    ) -> Result<()> {
        let is_once = subject.kind == Kind::AutomaticEach && results.has(step);
        if results.failure.is_some() || is_once {
            return Ok(());
        }
        subject.configure(count, step.host())?;
        let parallelism = format!("-parallelism={}", self.options.parallelism);
        let mut command = subject.sandbox.command(step.arguments());
        command.arg(parallelism);
        let run = match watched::run(command) {
            Ok(run) => run,
            Err(error) if subject.kind.is_peer() => {
                results.failure = Some(format!("{}: {error:#}", step.name()));
                return Ok(());
            }
            Err(error) => return Err(error.context(format!("{} of {count}", step.name()))),
        };
        if step == Step::PlanAgain {
            results.state = Some(subject.state_bytes()? / u64::try_from(count)?);
        }
        let requests = subject.portal.as_ref().map(Portal::take_requests);
        report(&format!(
            "  {:<12}{:<20}{:>8.2} s",
            step.name(),
            subject.kind.name(),
            run.time.as_secs_f64()
        ));
        results.add(step, run, requests.transpose()?);
        Ok(())
    }
}

impl Results {
    fn new(subject: &Subject) -> Self {
        Self {
            kind: subject.kind,
            steps: Vec::new(),
            state: None,
            failure: None,
        }
    }

    fn add(&mut self, step: Step, run: Run, requests: Option<Requests>) {
        match self.steps.iter_mut().find(|taken| taken.step == step) {
            Some(taken) => taken.runs.push(run),
            None => self.steps.push(Taken {
                step,
                runs: vec![run],
                requests,
            }),
        }
    }

    fn has(&self, step: Step) -> bool {
        self.step(step).is_some()
    }

    /// Returns what a step took, if it got that far.
    fn step(&self, step: Step) -> Option<&Taken> {
        self.steps.iter().find(|taken| taken.step == step)
    }
}

impl Taken {
    /// Returns the wall clock in seconds.
    pub(super) fn seconds(&self) -> Option<Summary> {
        Summary::of(self.runs.iter().map(|run| run.time.as_secs_f64()))
    }

    /// Returns the processor time of the CLI and the provider in seconds.
    pub(super) fn processor(&self) -> Option<Summary> {
        Summary::of(self.runs.iter().filter_map(|run| run.processor))
    }

    /// Returns the most memory a process of the provider had resident, in megabytes.
    pub(super) fn provider_mb(&self) -> Option<f64> {
        let most = self.runs.iter().map(|run| run.peaks.plugin).max()?;
        (most > 0).then(|| megabytes(most))
    }

    /// Returns the most memory the CLI had resident, in megabytes.
    pub(super) fn cli_mb(&self) -> Option<f64> {
        let most = self.runs.iter().map(|run| run.peaks.own).max()?;
        (most > 0).then(|| megabytes(most))
    }
}

impl Measured {
    /// Returns the ratio of a step's median to that of the same step of a floor.
    pub(super) fn ratio(&self, taken: &Taken, floor: Kind) -> Option<f64> {
        let mut subjects = self.subjects.iter();
        let floor = subjects.find(|subject| subject.kind == floor)?;
        let floor = floor.step(taken.step)?.seconds()?;
        Some(taken.seconds()?.median / floor.median)
    }

    /// Returns a sentence for each request of ours that is one too many.
    pub(super) fn excesses(&self) -> Vec<String> {
        let subjects = self.subjects.iter();
        let steps =
            subjects.flat_map(|subject| subject.steps.iter().map(|taken| (subject.kind, taken)));
        steps
            .flat_map(|(kind, taken)| excesses(kind, taken, self.count))
            .collect()
    }

    pub(super) fn to_json(&self) -> Value {
        let subjects = self.subjects.iter().map(|subject| {
            let steps = subject.steps.iter().map(|taken| {
                json!({
                    "command": taken.step.name(),
                    "seconds": taken.seconds().map(Summary::to_json),
                    "processor_seconds": taken.processor().map(Summary::to_json),
                    "ratio": self.ratio(taken, Kind::Floor),
                    "ratio_to_bare": self.ratio(taken, Kind::Bare),
                    "provider_mb": taken.provider_mb(),
                    "cli_mb": taken.cli_mb(),
                    "requests": taken.requests.as_ref().map(|requests| &requests.counts),
                    "request_bytes": taken.requests.as_ref().map(|requests| requests.bytes),
                    "connections": taken.requests.as_ref().map(|requests| requests.connections),
                    "writes_at_once": taken.requests.as_ref().map(|requests| requests.writes_at_once),
                })
            });
            json!({
                "subject": subject.kind.name(),
                "state_bytes_each": subject.state,
                "failure": subject.failure,
                "commands": steps.collect::<Vec<_>>(),
            })
        });
        json!({"webhooks": self.count, "by": self.repetition.name(), "subjects": subjects.collect::<Vec<_>>()})
    }
}

fn excesses(kind: Kind, taken: &Taken, count: usize) -> Vec<String> {
    let Some(requests) = &taken.requests else {
        return Vec::new();
    };
    let step = taken.step.name();
    let Some(budget) = taken
        .step
        .budget(kind, u64::try_from(count).unwrap_or(u64::MAX))
    else {
        return Vec::new();
    };
    let mut excesses = Vec::new();
    for (name, made) in &requests.counts {
        let allowed = budget.get(name.as_str()).copied().unwrap_or_default();
        if *made > allowed {
            excesses.push(format!(
                "{}, {count}, {step}: {made} {name}, {allowed} are allowed",
                kind.name()
            ));
        }
    }
    if requests.writes_at_once > MOST_WRITES {
        let most = requests.writes_at_once;
        excesses.push(format!(
            "{}, {count}, {step}: {most} writes at once",
            kind.name()
        ));
    }
    excesses
}
