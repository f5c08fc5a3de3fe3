//! The provider block: its schema, its environment fallbacks, and what it becomes (product §3).

mod destination;

use std::time::Duration;

use secrecy::ExposeSecret;
use secrecy::SecretString;

use self::destination::ALLOWED_PORTALS;
use crate::api::{self, ApiKey, ApiKeyError, BaseUrl, BaseUrlError, Proxy, ProxyError};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::environment::Environment;
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value};

const BASE_URL: &str = "base_url";
const API_KEY: &str = "api_key";
const REQUEST_TIMEOUT: &str = "request_timeout";
const MAX_RETRIES: &str = "max_retries";
const MAX_CONCURRENT_WRITES: &str = "max_concurrent_writes";
const CA_CERTIFICATE: &str = "ca_certificate";
const SKIP_TLS_VERIFY: &str = "insecure_skip_tls_verify";
const ALLOW_PLAIN_HTTP: &str = "allow_plain_http";

const BASE_URL_VARIABLE: &str = "DOCSPACE_BASE_URL";
const API_KEY_VARIABLE: &str = "DOCSPACE_API_KEY";
const CA_CERTIFICATE_VARIABLE: &str = "DOCSPACE_CA_CERTIFICATE";
/// The name that Terraform's own SDK for providers gave it.
const USER_AGENT_VARIABLE: &str = "TF_APPEND_USER_AGENT";

/// The environment variables that replace arguments of the provider block.
pub(crate) const VARIABLES: [&str; 3] =
    [BASE_URL_VARIABLE, API_KEY_VARIABLE, CA_CERTIFICATE_VARIABLE];

/// Where the system's certificates are, if not in the usual place.
const CERTIFICATE_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// The portal may resolve a name for 3 s and probe the receiver for 10 s before it answers (API §7).
const SHORT_TIMEOUT: Duration = Duration::from_secs(15);
const TIMEOUTS: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(1)..=Duration::from_secs(3600);
const RETRIES: std::ops::RangeInclusive<u32> = 0..=20;
const DEFAULT_RETRIES: u32 = 4;
/// The portal allows a user 15 writes in flight (API §9).
const WRITES: std::ops::RangeInclusive<u32> = 1..=15;
const DEFAULT_WRITES: u32 = 10;

/// What a provider block becomes.
#[derive(Debug)]
pub(super) enum Settings {
    /// Everything is known.
    Known(Box<api::Config>),
    /// These attributes are known only after apply.
    Unknown(Vec<&'static str>),
}

/// Returns the schema of the provider block.
pub(super) fn schema() -> Schema {
    Schema::new(
        "Manages the webhooks, API keys and settings of an \
         [ONLYOFFICE DocSpace](https://www.onlyoffice.com/docspace.aspx) portal, and looks up its people, groups and \
         rooms.",
    )
    .with(
        BASE_URL,
        Attribute::optional(
            Type::String,
            "The portal's address, such as `https://yourportal.onlyoffice.com`. A trailing slash or \
             `/api/2.0` is accepted. Can also be set with the environment variable `DOCSPACE_BASE_URL`.",
        ),
    )
    .with(
        API_KEY,
        Attribute::optional(
            Type::Secret,
            "The API key. It needs the scope `*:write` to change webhooks; `*:read` is enough to plan. \
             Preferably set with the environment variable `DOCSPACE_API_KEY`, which is used together with a \
             `base_url` in the provider block only where `DOCSPACE_BASE_URL` is not set or names the same \
             portal.",
        )
        .check(check_api_key),
    )
    .with(
        REQUEST_TIMEOUT,
        Attribute::optional(
            Type::String,
            "The time limit of one HTTP request, such as `90s` or `2m`, from `1s` to `1h`. Defaults to `60s`. \
             On create and update the portal probes the receiver, so less than `15s` is risky.",
        )
        .check(check_timeout),
    )
    .with(
        MAX_RETRIES,
        Attribute::optional(
            Type::Number,
            "How many times a request that is safe to repeat is retried, from 0 to 20. Defaults to 4; 0 \
             disables retries.",
        )
        .check(|path, value, diagnostics| check_range(path, value, &RETRIES, diagnostics)),
    )
    .with(
        MAX_CONCURRENT_WRITES,
        Attribute::optional(
            Type::Number,
            "How many changes may be under way on the portal at the same time, from 1 to 15, whatever \
             `-parallelism` is. Defaults to 10. It is a ceiling: the provider begins with at most 7, adds one with \
             each round of answers that is as quick as the ones before, and halves the number when the portal refuses \
             changes or takes twice as long. The portal allows each user 15, counted over all keys, aliases and \
             parallel runs of that user.",
        )
        .check(|path, value, diagnostics| check_range(path, value, &WRITES, diagnostics)),
    )
    .with(
        CA_CERTIFICATE,
        Attribute::optional(
            Type::String,
            "Certificates in PEM format that are trusted in addition to the system's, for a portal with a \
             private certificate authority: the authority's certificates, or the portal's own if it is \
             self-signed. Can also be set with the environment variable `DOCSPACE_CA_CERTIFICATE`.",
        ),
    )
    .with(
        SKIP_TLS_VERIFY,
        Attribute::optional(
            Type::Bool,
            "Accept any certificate from the portal. Anybody on the network path can then read the API key. \
             Defaults to `false`; prefer `ca_certificate`.",
        ),
    )
    .with(
        ALLOW_PLAIN_HTTP,
        Attribute::optional(
            Type::Bool,
            "Allow an `http` address that is not on this machine. The API key and the secrets then travel in \
             the clear. Defaults to `false`.",
        ),
    )
    .with(ALLOWED_PORTALS, destination::allowed_portals())
}

/// Checks what single attributes cannot tell: the address depends on `allow_plain_http`.
pub(super) fn validate(config: &Object, diagnostics: &mut Diagnostics) {
    let (Some(base_url), Some(allow_plain_http)) = (
        config.get(BASE_URL).as_str(),
        known_flag(config, ALLOW_PLAIN_HTTP),
    ) else {
        return;
    };
    match BaseUrl::parse(base_url, allow_plain_http) {
        Ok(base_url) => diagnostics.extend(destination::stranger(config, &base_url)),
        Err(error) => diagnostics.push(base_url_error(&error, BASE_URL).at_attribute(BASE_URL)),
    }
}

/// Reads the provider block. Returns none if there is an error.
pub(super) fn read(
    config: &Object,
    environment: &dyn Environment,
    terraform_version: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Settings> {
    let unknown: Vec<&'static str> = schema_names()
        .filter(|name| !config.get(name).is_wholly_known())
        .collect();
    let before = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    let base_url = (!unknown.contains(&BASE_URL) && !unknown.contains(&ALLOW_PLAIN_HTTP))
        .then(|| read_base_url(config, environment, diagnostics));
    let api_key =
        (!unknown.contains(&API_KEY)).then(|| read_api_key(config, environment, diagnostics));
    if let Some(base_url) = base_url.as_ref().and_then(Option::as_ref) {
        diagnostics.extend(destination::stranger(config, base_url));
        diagnostics.extend(destination::foreign_key(config, environment, base_url));
    }
    if diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count()
        > before
    {
        return None;
    }
    warn(config, diagnostics);
    let (Some(base_url), Some(api_key)) = (base_url.flatten(), api_key.flatten()) else {
        return Some(Settings::Unknown(unknown));
    };
    if !unknown.is_empty() {
        return Some(Settings::Unknown(unknown));
    }
    let proxy = Proxy::for_portal(&base_url, |name| environment.non_empty(name));
    let proxy = proxy.map_err(|error| diagnostics.push(proxy_error(&error)));
    let certificate_variables = CERTIFICATE_VARIABLES.into_iter();
    Some(Settings::Known(Box::new(api::Config {
        request_timeout: timeout(config),
        max_retries: whole_number(config.get(MAX_RETRIES)).unwrap_or(DEFAULT_RETRIES),
        max_concurrent_writes: whole_number(config.get(MAX_CONCURRENT_WRITES))
            .unwrap_or(DEFAULT_WRITES) as usize,
        ca_certificates_pem: text_or_variable(
            config,
            CA_CERTIFICATE,
            environment,
            CA_CERTIFICATE_VARIABLE,
        ),
        certificate_variables: certificate_variables
            .filter(|name| environment.var(name).is_some())
            .collect(),
        insecure_skip_tls_verify: known_flag(config, SKIP_TLS_VERIFY).unwrap_or_default(),
        proxy: proxy.ok()?,
        user_agent: user_agent(terraform_version, environment),
        ..api::Config::new(base_url, api_key)
    })))
}

/// Names the source of faulty certificates.
pub(super) fn certificate_error(error: &api::ConfigError) -> Diagnostic {
    Diagnostic::error(
        "Invalid CA certificate",
        format!(
            "The certificates in ca_certificate, or in the environment variable \
             {CA_CERTIFICATE_VARIABLE}, cannot be used: {error}. Expected one or more certificates in PEM \
             format, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----."
        ),
    )
    .at_attribute(CA_CERTIFICATE)
}

fn schema_names() -> impl Iterator<Item = &'static str> {
    [
        BASE_URL,
        API_KEY,
        REQUEST_TIMEOUT,
        MAX_RETRIES,
        MAX_CONCURRENT_WRITES,
        CA_CERTIFICATE,
        SKIP_TLS_VERIFY,
        ALLOW_PLAIN_HTTP,
        ALLOWED_PORTALS,
    ]
    .into_iter()
}

fn read_base_url(
    config: &Object,
    environment: &dyn Environment,
    diagnostics: &mut Diagnostics,
) -> Option<BaseUrl> {
    let (text, source) = if let Some(text) = config.get(BASE_URL).as_str() {
        (text.to_owned(), BASE_URL.to_owned())
    } else if let Some(text) = environment.non_empty(BASE_URL_VARIABLE) {
        (
            text,
            format!("the environment variable {BASE_URL_VARIABLE}"),
        )
    } else {
        let what = "The portal's address";
        diagnostics.push(missing(BASE_URL, BASE_URL_VARIABLE, what, environment));
        return None;
    };
    let allow_plain_http = known_flag(config, ALLOW_PLAIN_HTTP).unwrap_or_default();
    match BaseUrl::parse(&text, allow_plain_http) {
        Ok(base_url) => Some(base_url),
        Err(error) => {
            diagnostics.push(base_url_error(&error, &source).at_attribute(BASE_URL));
            None
        }
    }
}

fn read_api_key(
    config: &Object,
    environment: &dyn Environment,
    diagnostics: &mut Diagnostics,
) -> Option<ApiKey> {
    let (key, source) = if let Some(key) = config.get(API_KEY).as_secret() {
        (key.as_secret().clone(), API_KEY.to_owned())
    } else if let Some(key) = environment.non_empty(API_KEY_VARIABLE) {
        (
            SecretString::from(key),
            format!("the environment variable {API_KEY_VARIABLE}"),
        )
    } else {
        let what = "The API key";
        diagnostics.push(missing(API_KEY, API_KEY_VARIABLE, what, environment));
        return None;
    };
    match ApiKey::parse(key.expose_secret()) {
        Ok(key) => Some(key),
        Err(error) => {
            diagnostics.push(api_key_error(error, &source));
            None
        }
    }
}

fn proxy_error(error: &ProxyError) -> Diagnostic {
    let variable = error.variable;
    Diagnostic::error(
        "Invalid proxy",
        format!(
            "The environment variable {variable} cannot be used: {error}. Expected the address of a proxy, such as \
             http://proxy.example.com:3128; most proxies are reached over http://, even for https portals. A proxy \
             that is set is never bypassed. The value is not shown here, because it can hold a password."
        ),
    )
}

fn missing(
    attribute: &str,
    variable: &str,
    what: &str,
    environment: &dyn Environment,
) -> Diagnostic {
    let whose = if environment.is_developers() {
        " The provider was started with --debug, so it reads the variables of the shell that started it, and not those of \
         the shell that runs terraform or tofu: set the variable there and start the provider again."
    } else {
        ""
    };
    Diagnostic::error(
        format!("Missing {attribute}"),
        format!(
            "{what} is not set. Set {attribute} in the provider block, or the environment variable \
             {variable}.{whose}"
        ),
    )
    .at_attribute(attribute)
}

fn base_url_error(error: &BaseUrlError, source: &str) -> Diagnostic {
    let advice = match error {
        BaseUrlError::PlainHttp { .. } => {
            " If the network between is trusted, set allow_plain_http = true.".to_owned()
        }
        BaseUrlError::Path { .. } => " Use that address.".to_owned(),
        _ => {
            " Expected the portal's address, such as https://yourportal.onlyoffice.com.".to_owned()
        }
    };
    Diagnostic::error(
        "Invalid portal address",
        format!("The value of {source} cannot be used: {error}.{advice}"),
    )
}

fn api_key_error(error: ApiKeyError, source: &str) -> Diagnostic {
    Diagnostic::error(
        "Invalid API key",
        format!(
            "The value of {source} cannot be used: {error}. Expected the key as the portal showed it once, \
             beginning with sk-. The value is not shown here."
        ),
    )
}

/// Points at no attribute: Terraform prints the line of the configuration that an error points at, which can contain
/// the key.
fn check_api_key(_path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(key) = value.as_secret() else { return };
    if let Err(error) = ApiKey::parse(key.expose()) {
        diagnostics.push(api_key_error(error, "api_key"));
    }
}

fn check_timeout(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if parse_duration(text).is_none_or(|duration| !TIMEOUTS.contains(&duration)) {
        diagnostics.push(
            Diagnostic::error(
                "Invalid request_timeout",
                format!("{text:?} is not a duration from 1s to 1h. Write it like \"90s\", \"2m\" or \"1m30s\"."),
            )
            .at(path.clone()),
        );
    }
}

fn check_range(
    path: &Path,
    value: &Value,
    range: &std::ops::RangeInclusive<u32>,
    diagnostics: &mut Diagnostics,
) {
    let Some(number) = value.as_number() else {
        return;
    };
    if whole_number(value).is_none_or(|whole| !range.contains(&whole)) {
        let detail = format!(
            "{number} is not accepted. Expected a whole number from {} to {}.",
            range.start(),
            range.end()
        );
        diagnostics.push(Diagnostic::error(format!("Invalid {path}"), detail).at(path.clone()));
    }
}

fn warn(config: &Object, diagnostics: &mut Diagnostics) {
    if known_flag(config, SKIP_TLS_VERIFY) == Some(true) {
        diagnostics.push(
            Diagnostic::warning(
                "TLS certificates are not verified",
                "insecure_skip_tls_verify is on: anyone between this machine and the portal can read the API key and \
                 the secrets. Use ca_certificate for a private certificate authority.",
            )
            .at_attribute(SKIP_TLS_VERIFY),
        );
    }
    if timeout(config) < SHORT_TIMEOUT {
        diagnostics.push(
            Diagnostic::warning(
                "request_timeout is short",
                "The portal may take 13 seconds to resolve and probe a receiver before it answers a create or update. \
                 With less than 15s, its answer can be lost. Raise request_timeout.",
            )
            .at_attribute(REQUEST_TIMEOUT),
        );
    }
}

fn timeout(config: &Object) -> Duration {
    config
        .get(REQUEST_TIMEOUT)
        .as_str()
        .and_then(parse_duration)
        .unwrap_or(DEFAULT_TIMEOUT)
}

/// Reads durations such as `90s`, `1m30s` and `500ms`.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let number: u64 = number.parse().ok()?;
        let letters = tail
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(letters)?;
        total = total.checked_add(match unit {
            "ms" => Duration::from_millis(number),
            "s" => Duration::from_secs(number),
            "m" => Duration::from_secs(number.checked_mul(60)?),
            "h" => Duration::from_secs(number.checked_mul(3600)?),
            _ => return None,
        })?;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

fn whole_number(value: &Value) -> Option<u32> {
    value.as_number()?.to_u64()?.try_into().ok()
}

/// Returns a flag: false if it is not set, none while it is unknown.
fn known_flag(config: &Object, name: &str) -> Option<bool> {
    match config.get(name) {
        Value::Null => Some(false),
        value => value.as_bool(),
    }
}

fn text_or_variable(
    config: &Object,
    attribute: &str,
    environment: &dyn Environment,
    name: &str,
) -> Option<String> {
    config
        .get(attribute)
        .as_str()
        .map(str::to_owned)
        .or_else(|| environment.non_empty(name))
}

/// Names this provider and its client, and appends what the user has set, as other providers do.
fn user_agent(terraform_version: &str, environment: &dyn Environment) -> String {
    let version: String = terraform_version
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
        .take(32)
        .collect();
    let mut agent = concat!("terraform-provider-docspace/", env!("CARGO_PKG_VERSION")).to_owned();
    if !version.is_empty() {
        agent.push_str(" Terraform/");
        agent.push_str(&version);
    }
    let added = environment.non_empty(USER_AGENT_VARIABLE);
    if let Some(added) = added
        .as_deref()
        .map(str::trim)
        .filter(|added| !added.is_empty())
    {
        agent.push(' ');
        agent.push_str(added);
    }
    agent
}

#[cfg(test)]
mod tests;
