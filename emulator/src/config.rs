//! What can be set: at start ([`Config`]) and at any time ([`Settings`]).

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Serialize};

use crate::account::{Credential, OWNER_ID, Role, User};
use crate::address_range::AddressRange;
use crate::database::Database;
use crate::dates::Zones;
use crate::front::limit_req::LimitReq;
use crate::nouns::settings::password::PasswordPolicy;
use crate::profile::Profile;

/// The API key of the default configuration, with the shape of a real one (API §3.1).
pub const DEFAULT_API_KEY: &str =
    "sk-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Everything that configures the emulator at start.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the portal listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where the control API listens; port 0 picks a free one.
    pub control: SocketAddr,
    /// The unrestricted key of the portal's owner.
    pub api_key: SecretString,
    /// People besides the owner.
    pub users: Vec<User>,
    /// Keys, tokens and passwords besides `api_key`.
    pub credentials: Vec<Credential>,
    /// Keeps webhooks, domains, people, groups, rooms and made API keys in this file across restarts; a change is written before an answer tells of it.
    pub state_file: Option<PathBuf>,
    /// Makes the portal speak https; the control API stays with http.
    pub tls: Option<TlsIdentity>,
    /// Certificates (PEM) to trust when receivers are probed and called, besides the system's.
    pub receiver_ca: Option<Vec<u8>>,
    /// How many request log entries are kept; counters are exact beyond that.
    pub log_capacity: usize,
    /// What can also be changed while the emulator runs.
    pub settings: Settings,
}

/// The certificate with which the portal answers https.
#[derive(Clone, Debug)]
pub struct TlsIdentity {
    /// The certificate chain as PEM, the portal's own first.
    pub certificate_chain: Vec<u8>,
    /// Its private key as PEM.
    pub private_key: SecretSlice<u8>,
}

impl Default for Config {
    fn default() -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            listen: any_port,
            control: any_port,
            api_key: SecretString::from(DEFAULT_API_KEY),
            users: Vec::new(),
            credentials: Vec::new(),
            state_file: None,
            tls: None,
            receiver_ca: None,
            log_capacity: 20_000,
            settings: Settings::default(),
        }
    }
}

impl Config {
    /// Makes a portal that never opens a connection while validating: no probe, no name lookups.
    ///
    /// Every host name counts as a public address; the blacklist still refuses literal addresses and `localhost`.
    pub fn offline() -> Self {
        let mut config = Self::default();
        config.settings.probe = false;
        config
    }

    /// Adds a user with an API key of the given scopes (none: unrestricted).
    #[must_use]
    pub fn with_caller(mut self, user: User, api_key: &str, scopes: &[&str]) -> Self {
        let key = Credential::api_key(api_key, user.id.clone())
            .with_scopes(scopes.iter().copied().map(str::to_owned));
        self.credentials.push(key);
        self.users.push(user);
        self
    }

    /// The owner's key first, then everything else.
    pub(crate) fn all_credentials(&self) -> Vec<Credential> {
        let key = Credential::api_key(self.api_key.expose_secret(), OWNER_ID);
        let mut credentials = vec![key];
        credentials.extend(self.credentials.iter().cloned());
        credentials
    }

    /// The owner first, then everyone else.
    pub(crate) fn all_users(&self) -> Vec<User> {
        let mut users = vec![User::new(OWNER_ID, Role::Owner)];
        users.extend(self.users.iter().cloned());
        users
    }
}

/// The knobs of API §13.2; all of them can be changed while the emulator runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "knobs that have nothing to do with each other"
)]
pub struct Settings {
    /// The portal version to reproduce.
    pub profile: Profile,
    /// Whether receivers are probed (API §7 D) and host names looked up; false keeps validation offline.
    pub probe: bool,
    /// How long a probe may take before it counts as timed out, in milliseconds.
    pub probe_timeout_ms: u64,
    /// Address ranges receivers may not be in; empty lifts the blacklist (API §7.1).
    pub blacklist: Vec<AddressRange>,
    /// Outcomes for single receivers, by `host:port`, `host` or `*`.
    pub hosts: BTreeMap<String, HostRule>,
    /// The rules for secrets (API §7.2).
    pub password_policy: PasswordPolicy,
    /// Whether non-admins are locked out of webhooks (API §3.4).
    pub dev_tools_limited: bool,
    /// Whether the portal serves at all (API §7, front 4 to 6).
    pub portal_state: PortalState,
    /// Rate limits; `None` switches them off, as shipped (API §9).
    pub rate_limits: Option<RateLimits>,
    /// The rate limit of an nginx in front of the portal, which answers as nginx does; `None` means no such limit.
    pub limit_req: Option<LimitReq>,
    /// The portal's time zone, in minutes east of UTC (API §4.4).
    pub portal_utc_offset_minutes: i32,
    /// What `GET /settings` calls the portal's time zone; `None` uses a zone that always has this offset, such as
    /// `Etc/GMT-2`, and tells nothing if there is none (API §3.3).
    pub portal_time_zone: Option<String>,
    /// The time zone of the server's operating system, in minutes east of UTC (API §4.4).
    pub server_utc_offset_minutes: i32,
    /// Added to every answer of the portal, in milliseconds.
    pub latency_ms: u64,
    /// How much faster than real the delivery clock runs: 10 turns the 1 s wait before a retry into 0.1 s.
    pub delivery_speed: f64,
    /// How often a failed delivery is retried, 5 by default (API §10).
    pub delivery_retries: u32,
    /// How many deliveries are sent at a time, the next ones only when the slowest of them has ended (API §16 O6: as
    /// many as the machine has processors); 0 means that no delivery waits.
    pub sender_batch: usize,
    /// How long a receiver may take to answer a delivery, in milliseconds of real time.
    pub delivery_timeout_ms: u64,
    /// Whether `GET /settings` calls the portal self-hosted (API §12).
    pub standalone: bool,
    /// The database behind the portal (API §12).
    pub database: Database,
    /// Whether create stores a false `enabled` or `ssl`, which no portal does so far (API §16 O1).
    pub create_stores_false: bool,
    /// How many creates of the same address and name wait for each other between the search for duplicates and the
    /// insert, so that all of them are stored (API §16 O4); below 2 there is no race.
    pub racing_creates: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            probe: true,
            probe_timeout_ms: 10_000,
            blacklist: AddressRange::portal_default(),
            hosts: BTreeMap::new(),
            password_policy: PasswordPolicy::default(),
            dev_tools_limited: false,
            portal_state: PortalState::Active,
            rate_limits: None,
            limit_req: None,
            portal_utc_offset_minutes: 0,
            portal_time_zone: None,
            server_utc_offset_minutes: 0,
            latency_ms: 0,
            delivery_speed: 1.0,
            delivery_retries: 5,
            sender_batch: 0,
            delivery_timeout_ms: 100_000,
            standalone: true,
            database: Database::default(),
            create_stores_false: false,
            racing_creates: 0,
        }
    }
}

impl Settings {
    /// Refuses values that make no sense together or at all.
    ///
    /// # Errors
    /// The sentence names the setting.
    pub fn validate(&self) -> Result<(), InvalidSettings> {
        let refuse = |text: &str| Err(InvalidSettings(text.to_owned()));
        if !(self.delivery_speed.is_finite() && self.delivery_speed > 0.0) {
            return refuse("delivery_speed must be a number above 0");
        }
        let day = -24 * 60..=24 * 60;
        if !day.contains(&self.portal_utc_offset_minutes)
            || !day.contains(&self.server_utc_offset_minutes)
        {
            return refuse("a UTC offset must be between -1440 and 1440 minutes");
        }
        if self.password_policy.min_length > crate::nouns::settings::password::MAX_LENGTH {
            return refuse("password_policy.min_length must not be above 30");
        }
        if let Some(fault) = self.limit_req.and_then(|limit| limit.fault()) {
            return refuse(fault);
        }
        Ok(())
    }

    /// What create stores of a flag that was sent: true whatever it was, unless the portal can do better (API §16 O1).
    pub(crate) fn flag_on_create(&self, sent: Option<bool>) -> bool {
        let is_switched_on = self.profile.create_switches_on() && !self.create_stores_false;
        is_switched_on || sent.unwrap_or(self.profile.flags_default_to_true())
    }

    pub(crate) fn zones(&self) -> Zones {
        Zones {
            portal_minutes: self.portal_utc_offset_minutes,
            server_minutes: self.server_utc_offset_minutes,
            database: self.database,
            journal_is_utc: self.profile.journal_is_utc(),
        }
    }

    /// Finds the rule of a receiver: `host:port` wins over `host`, which wins over `*`.
    pub(crate) fn host_rule(&self, host: &str, port: u16) -> HostRule {
        let mut found = HostRule::default();
        for key in [format!("{host}:{port}"), host.to_owned(), "*".to_owned()] {
            if let Some(rule) = self.hosts.get(&key) {
                found.resolve = found.resolve.or_else(|| rule.resolve.clone());
                found.probe = found.probe.or(rule.probe);
            }
        }
        found
    }
}

/// The settings in force, replaced as a whole so that a request sees one consistent set.
#[derive(Debug, Default)]
pub(crate) struct SettingsCell(RwLock<Arc<Settings>>);

impl SettingsCell {
    pub(crate) fn new(settings: Settings) -> Self {
        Self(RwLock::new(Arc::new(settings)))
    }

    pub(crate) fn current(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Settings)) {
        let mut guard = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut guard));
    }
}

/// Settings that cannot work, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSettings(pub String);

/// What the portal finds out about one receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HostRule {
    /// What its name resolves to; `None` asks the system.
    pub resolve: Option<Resolution>,
    /// How it answers the probe; `None` really sends one, unless probes are off.
    pub probe: Option<ProbeOutcome>,
}

/// The result of looking a host name up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// An address that no default blacklist contains.
    Public,
    /// An address in the default blacklist.
    Blacklisted,
    /// The lookup fails.
    Unresolvable,
    /// The lookup succeeds without any address.
    NoAddresses,
    /// These addresses; the first is the one that is connected to.
    Addresses(Vec<IpAddr>),
}

/// The result of a HEAD probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeOutcome {
    /// The receiver answers with this status.
    Status(u16),
    /// Nothing listens there.
    Refused,
    /// The certificate is not accepted.
    TlsFailure,
    /// No answer in time; reported at once, without waiting.
    Timeout,
}

/// Whether the portal serves requests (API §7, common front).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PortalState {
    /// The ordinary state.
    #[default]
    Active,
    /// Suspended or removed: 404 without an `error` object.
    Suspended,
    /// Being transferred, restored or encrypted: 403.
    Busy,
    /// No valid tariff or licence: 402.
    Unpaid,
    /// No such portal: 500 for callers with an API key, 404 for anonymous endpoints.
    Unknown,
    /// The caller's address is not allowed: 403 with plain text or a JSON string.
    IpRestricted,
}

/// The portal's rate limits with their documented defaults (API §9); 0 switches one limiter off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// Requests in any minute.
    pub per_minute: u32,
    /// How long that minute lasts, in milliseconds; a test compresses it.
    pub minute_ms: u64,
    /// GET requests in flight.
    pub concurrent_reads: u32,
    /// Other requests in flight.
    pub concurrent_writes: u32,
    /// POST and PUT requests per day.
    pub writes_per_day: u32,
    /// Calls of one sensitive path in 15 minutes.
    pub sensitive_per_quarter_hour: u32,
    /// How long that quarter of an hour lasts, in milliseconds; a test compresses it.
    pub quarter_hour_ms: u64,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            per_minute: 1500,
            minute_ms: 60_000,
            concurrent_reads: 50,
            concurrent_writes: 15,
            writes_per_day: 10_000,
            sensitive_per_quarter_hour: 5,
            quarter_hour_ms: 15 * 60 * 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_round_trip_and_refuse_unknown_names() {
        let settings = Settings {
            hosts: BTreeMap::from([(
                "hooks.example.com".to_owned(),
                HostRule {
                    resolve: Some(Resolution::Addresses(vec![Ipv4Addr::LOCALHOST.into()])),
                    probe: Some(ProbeOutcome::Status(204)),
                },
            )]),
            rate_limits: Some(RateLimits::default()),
            limit_req: Some(LimitReq::default()),
            ..Settings::default()
        };
        let json = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
        assert!(serde_json::from_str::<Settings>(r#"{"prob":false}"#).is_err());
    }

    #[test]
    fn the_most_specific_host_rule_wins_per_field() {
        let mut settings = Settings::default();
        let rule = |resolve, probe| HostRule { resolve, probe };
        settings.hosts.insert(
            "*".to_owned(),
            rule(Some(Resolution::Public), Some(ProbeOutcome::Status(200))),
        );
        settings
            .hosts
            .insert("a:1".to_owned(), rule(None, Some(ProbeOutcome::Refused)));
        let found = settings.host_rule("a", 1);
        assert_eq!(
            found,
            rule(Some(Resolution::Public), Some(ProbeOutcome::Refused))
        );
        assert_eq!(
            settings.host_rule("a", 2).probe,
            Some(ProbeOutcome::Status(200))
        );
    }
}
