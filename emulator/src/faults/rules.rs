//! Faults on demand: rules that match requests and spoil their answers (product §7).
//!
//! A rule says *when* (method, path, which match, how likely), at which *stage* (before the portal has looked at the
//! request, or after its change is stored), how long to wait first, and what to do. The first rule that matches and
//! is due acts; every rule counts its matches and its hits, so a test can prove that its fault really happened.

use std::collections::BTreeMap;
use std::sync::Mutex;

use axum::http::Method;
use serde::{Deserialize, Serialize};

use crate::locks::lock;

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fault {
    /// A label for people.
    pub name: Option<String>,
    /// Which requests.
    pub when: FaultMatch,
    /// Before or after the portal's own handling; `None` takes what the action needs (before, where both work).
    pub stage: Option<FaultStage>,
    /// Waits this long before acting, in milliseconds.
    pub delay_ms: u64,
    /// What happens then.
    pub action: FaultAction,
}

/// Which requests a rule acts on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultMatch {
    /// A method, or `None` for every one.
    pub method: Option<String>,
    /// A path without query, exact or a prefix ending in `*`; `None` for every one.
    pub path: Option<String>,
    /// Acts on the nth match only, counted from 1; short for `skip` n-1 and `times` 1.
    pub nth: Option<u64>,
    /// Lets this many matches pass first.
    pub skip: u64,
    /// Acts at most this many times; `None` is forever.
    pub times: Option<u64>,
    /// Acts on a match with this probability, between 0 and 1; `None` is always.
    pub probability: Option<f64>,
    /// Decides which matches a probability picks; the same seed picks the same ones.
    pub seed: u64,
}

/// When a rule acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultStage {
    /// The portal never sees the request, unless the action lets it answer.
    #[default]
    Before,
    /// The portal has handled the request and stored its change.
    After,
}

/// What a rule does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultAction {
    /// Nothing: the portal's own answer, after the delay.
    #[default]
    Pass,
    /// Another answer.
    Respond(FaultResponse),
    /// The status (default 502) with a proxy's HTML error page.
    Html(FaultStatus),
    /// The status (default 200) with a body that is not JSON although its content type says so.
    Garbage(FaultStatus),
    /// A redirect (default 301).
    Redirect(FaultRedirect),
    /// No answer at all until the client or the emulator ends.
    Stall,
    /// A TCP reset without an answer.
    Reset,
    /// An orderly close without an answer.
    Close,
    /// The portal's answer, cut off in its body; needs the stage "after".
    Truncate(FaultTruncation),
    /// The portal's answer in small pieces; needs the stage "after".
    Trickle(FaultTrickle),
}

/// An answer given instead of the portal's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultResponse {
    /// The HTTP status.
    pub status: u16,
    /// Headers, such as `Retry-After`; they win over the emulator's own.
    pub headers: BTreeMap<String, String>,
    /// The body as text; JSON is sent as `application/json` unless a header says otherwise.
    pub body: String,
}

impl Default for FaultResponse {
    fn default() -> Self {
        Self {
            status: 503,
            headers: BTreeMap::new(),
            body: String::new(),
        }
    }
}

/// The status of a fault that brings its own body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultStatus {
    /// `None` is the action's default.
    pub status: Option<u16>,
}

/// Where to send the client.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultRedirect {
    /// `None` is 301.
    pub status: Option<u16>,
    /// `None` is the same address with `https`.
    pub location: Option<String>,
}

/// How much of a body is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultTruncation {
    /// Bytes of the body that are sent; `None` is half of it.
    pub keep_bytes: Option<usize>,
}

/// How slowly a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultTrickle {
    /// Bytes in one piece.
    pub bytes: usize,
    /// The pause between pieces, in milliseconds.
    pub pause_ms: u64,
}

impl Default for FaultTrickle {
    fn default() -> Self {
        Self {
            bytes: 1,
            pause_ms: 10,
        }
    }
}

/// A rule that is not accepted, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(pub String);

impl Fault {
    /// Makes a rule for a method and a path (exact, or a prefix ending in `*`) that changes nothing yet.
    pub fn on(method: &str, path: &str) -> Self {
        Self {
            when: FaultMatch {
                method: (method != "*").then(|| method.to_owned()),
                path: Some(path.to_owned()),
                ..FaultMatch::default()
            },
            ..Self::default()
        }
    }

    /// Acts on the nth match only, counted from 1.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> Self {
        self.when.nth = Some(nth);
        self
    }

    /// Acts at most this many times.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.when.times = Some(times);
        self
    }

    /// Lets this many matches pass first.
    #[must_use]
    pub fn skip(mut self, skip: u64) -> Self {
        self.when.skip = skip;
        self
    }

    /// Acts on a match with this probability, decided by the seed.
    #[must_use]
    pub fn with_probability(mut self, probability: f64, seed: u64) -> Self {
        self.when.probability = Some(probability);
        self.when.seed = seed;
        self
    }

    /// Acts after the change is stored.
    #[must_use]
    pub fn after_storing(mut self) -> Self {
        self.stage = Some(FaultStage::After);
        self
    }

    /// Waits before acting.
    #[must_use]
    pub fn delay_ms(mut self, delay_ms: u64) -> Self {
        self.delay_ms = delay_ms;
        self
    }

    /// Answers with a status, headers and a body.
    #[must_use]
    pub fn respond(self, status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        self.action(FaultAction::Respond(FaultResponse {
            status,
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            body: body.to_owned(),
        }))
    }

    /// Resets the connection.
    #[must_use]
    pub fn reset(self) -> Self {
        self.action(FaultAction::Reset)
    }

    /// Never answers.
    #[must_use]
    pub fn stall(self) -> Self {
        self.action(FaultAction::Stall)
    }

    /// Does this.
    #[must_use]
    pub fn action(mut self, action: FaultAction) -> Self {
        self.action = action;
        self
    }

    /// The stage in effect.
    pub(crate) fn stage(&self) -> FaultStage {
        self.stage.unwrap_or(match self.action {
            FaultAction::Truncate(_) | FaultAction::Trickle(_) => FaultStage::After,
            _ => FaultStage::Before,
        })
    }

    fn validate(&self) -> Result<(), InvalidFault> {
        let refuse = |text: &str| Err(InvalidFault(text.to_owned()));
        let spoils_answer = matches!(
            self.action,
            FaultAction::Truncate(_) | FaultAction::Trickle(_)
        );
        if spoils_answer && self.stage == Some(FaultStage::Before) {
            return refuse(
                "truncate and trickle spoil the portal's answer: use the stage \"after\"",
            );
        }
        if self
            .when
            .probability
            .is_some_and(|value| !(0.0..=1.0).contains(&value))
        {
            return refuse("probability must be between 0 and 1");
        }
        if self.when.nth == Some(0) {
            return refuse("nth counts from 1");
        }
        if self.when.nth.is_some() && (self.when.skip > 0 || self.when.times.is_some()) {
            return refuse("nth stands for skip and times: give either nth or those");
        }
        if self
            .when
            .path
            .as_deref()
            .is_some_and(|path| !path.starts_with('/') && path != "*")
        {
            return refuse("path must start with / (it is matched without scheme and host)");
        }
        if matches!(&self.action, FaultAction::Trickle(trickle) if trickle.bytes == 0) {
            return refuse("trickle needs at least one byte in a piece");
        }
        if self
            .action
            .status()
            .is_some_and(|status| !(200..600).contains(&status))
        {
            return refuse("status must be between 200 and 599");
        }
        Ok(())
    }
}

impl FaultAction {
    fn status(&self) -> Option<u16> {
        match self {
            Self::Respond(response) => Some(response.status),
            Self::Html(FaultStatus { status }) | Self::Garbage(FaultStatus { status }) => *status,
            Self::Redirect(redirect) => redirect.status,
            _ => None,
        }
    }
}

impl FaultMatch {
    fn fits(&self, method: &Method, path: &str) -> bool {
        let method_fits = self
            .method
            .as_deref()
            .is_none_or(|wanted| wanted == "*" || wanted.eq_ignore_ascii_case(method.as_str()));
        let path_fits = self
            .path
            .as_deref()
            .is_none_or(|wanted| match wanted.strip_suffix('*') {
                Some(prefix) => path.starts_with(prefix),
                None => path == wanted,
            });
        method_fits && path_fits
    }

    /// Whether the rule acts on its match with this number, counted from 1.
    fn is_due(&self, matches: u64, hits: u64) -> bool {
        if let Some(nth) = self.nth {
            return matches == nth;
        }
        matches > self.skip
            && self.times.is_none_or(|times| hits < times)
            && self
                .probability
                .is_none_or(|probability| draw(self.seed, matches) < probability)
    }
}

/// A number in 0..1 that depends on nothing but its arguments (`SplitMix64`).
fn draw(seed: u64, index: u64) -> f64 {
    let mut z = seed.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^= z >> 31;
    let top = u32::try_from(z >> 32).unwrap_or_default();
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

/// A rule in force with its counters.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FaultReport {
    /// The number by which to query and delete it.
    pub id: u64,
    /// Requests that fitted method and path.
    pub matches: u64,
    /// Requests it acted on.
    pub hits: u64,
    /// The rule itself.
    pub fault: Fault,
}

#[derive(Default)]
struct Inner {
    last_id: u64,
    rules: Vec<FaultReport>,
}

/// The rules in force.
#[derive(Default)]
pub(crate) struct Faults {
    inner: Mutex<Inner>,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) -> Result<u64, InvalidFault> {
        fault.validate()?;
        let mut inner = lock(&self.inner);
        inner.last_id += 1;
        let id = inner.last_id;
        inner.rules.push(FaultReport {
            id,
            matches: 0,
            hits: 0,
            fault,
        });
        Ok(id)
    }

    /// Counts a request and returns the rule that acts on it.
    pub(crate) fn choose(&self, method: &Method, path: &str) -> Option<(u64, Fault)> {
        let mut inner = lock(&self.inner);
        let mut chosen = None;
        for rule in &mut inner.rules {
            if !rule.fault.when.fits(method, path) {
                continue;
            }
            rule.matches += 1;
            if chosen.is_none() && rule.fault.when.is_due(rule.matches, rule.hits) {
                rule.hits += 1;
                chosen = Some((rule.id, rule.fault.clone()));
            }
        }
        chosen
    }

    pub(crate) fn reports(&self) -> Vec<FaultReport> {
        lock(&self.inner).rules.clone()
    }

    pub(crate) fn remove(&self, id: u64) -> Option<FaultReport> {
        let mut inner = lock(&self.inner);
        let index = inner.rules.iter().position(|rule| rule.id == id)?;
        Some(inner.rules.remove(index))
    }

    pub(crate) fn clear(&self) {
        lock(&self.inner).rules.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/api/2.0/settings/webhook";

    fn hits(fault: Fault, requests: usize) -> Vec<usize> {
        let faults = Faults::default();
        faults.add(fault).expect("a valid rule");
        (1..=requests)
            .filter(|_| faults.choose(&Method::POST, PATH).is_some())
            .collect()
    }

    #[test]
    fn rules_act_on_the_matches_they_name() {
        let rule = || Fault::on("POST", PATH).reset();
        assert_eq!(hits(rule(), 3), [1, 2, 3]);
        assert_eq!(hits(rule().nth(2), 3), [2]);
        assert_eq!(hits(rule().times(2), 3), [1, 2]);
        assert_eq!(hits(rule().skip(1).times(1), 3), [2]);
        assert!(hits(Fault::on("PUT", PATH).reset(), 3).is_empty());
        assert!(hits(Fault::on("POST", "/api/2.0/settings").reset(), 3).is_empty());
        assert_eq!(hits(Fault::on("*", "/api/*").reset(), 1), [1]);
    }

    #[test]
    fn probability_is_repeatable() {
        let rule = |seed| Fault::on("POST", PATH).reset().with_probability(0.3, seed);
        let first = hits(rule(1), 1000);
        assert_eq!(first, hits(rule(1), 1000));
        assert_ne!(first, hits(rule(2), 1000));
        assert!((200..400).contains(&first.len()), "{}", first.len());
        assert!(hits(Fault::on("POST", PATH).with_probability(0.0, 1), 100).is_empty());
        assert_eq!(
            hits(Fault::on("POST", PATH).with_probability(1.0, 1), 100).len(),
            100
        );
    }

    #[test]
    fn the_first_due_rule_acts_and_every_fitting_rule_counts() {
        let faults = Faults::default();
        let first = faults
            .add(Fault::on("POST", PATH).reset().nth(2))
            .expect("valid");
        let second = faults.add(Fault::on("*", "/*").stall()).expect("valid");
        let chosen: Vec<_> = (0..3)
            .filter_map(|_| faults.choose(&Method::POST, PATH).map(|(id, _)| id))
            .collect();
        assert_eq!(chosen, [second, first, second]);
        let reports = faults.reports();
        assert_eq!((reports[0].matches, reports[0].hits), (3, 1));
        assert_eq!((reports[1].matches, reports[1].hits), (3, 2));
        assert!(faults.remove(first).is_some());
        assert!(faults.remove(first).is_none());
    }

    #[test]
    fn rules_that_cannot_work_are_refused_with_a_reason() {
        let faults = Faults::default();
        let truncate = FaultAction::Truncate(FaultTruncation::default());
        for wrong in [
            Fault {
                stage: Some(FaultStage::Before),
                ..Fault::on("GET", "/x").action(truncate)
            },
            Fault::on("GET", "/x").with_probability(1.5, 0),
            Fault::on("GET", "/x").nth(0),
            Fault::on("GET", "/x").nth(1).times(1),
            Fault::on("GET", "x"),
            Fault::on("GET", "/x").respond(42, &[], ""),
        ] {
            assert!(faults.add(wrong.clone()).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn rules_are_read_from_json() {
        let fault: Fault = serde_json::from_str(
            r#"{"when":{"method":"POST","path":"/api/2.0/settings/webhook","times":2,"probability":0.5,"seed":7},
                "stage":"after","delay_ms":50,"action":{"respond":{"status":429,"headers":{"Retry-After":"1"}}}}"#,
        )
        .expect("a rule");
        assert_eq!(fault.stage(), FaultStage::After);
        assert_eq!(fault.when.probability, Some(0.5));
        let short: Fault = serde_json::from_str(r#"{"action":"reset"}"#).expect("a rule");
        assert_eq!(short.action, FaultAction::Reset);
        assert!(serde_json::from_str::<Fault>(r#"{"acton":"reset"}"#).is_err());
    }
}
