//! The checks A to D that create, update and enable run on a webhook (API §7).

use axum::http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::account::Role;
use crate::config::Settings;
use crate::delivery::outbound::{CallFailure, Outbound};
use crate::front::answer::{HandlerError, Refusal};
use crate::nouns::catalogue::trigger;
use crate::nouns::webhooks::probe::{self, ProbeFailure};
use crate::nouns::webhooks::url_rules;
use crate::profile::Profile;

/// What is looked at.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    pub(crate) triggers: i64,
    pub(crate) uri: &'a str,
    pub(crate) ssl: bool,
    pub(crate) secret: SecretCheck<'a>,
}

/// Which rule the secret falls under (API §7 B).
#[derive(Debug)]
pub(crate) enum SecretCheck<'a> {
    /// It must be there and satisfy the policy.
    Required(Option<&'a SecretString>),
    /// Absent and empty mean "keep"; anything else must satisfy the policy.
    Optional(Option<&'a SecretString>),
}

/// Runs A, B, C and D in this order; the first refusal counts.
pub(crate) async fn check(
    outbound: &Outbound,
    settings: &Settings,
    role: Role,
    candidate: &Candidate<'_>,
) -> Result<(), Refusal> {
    check_triggers(settings, role, candidate.triggers)?;
    check_secret(settings, &candidate.secret)?;
    if settings.profile.has_url_rules() {
        let url = url_rules::check(settings, candidate.uri, candidate.ssl)
            .await
            .map_err(|refusal| HandlerError::argument(refusal.to_string()))?;
        return check_receiver(outbound, settings, &url, candidate.ssl).await;
    }
    match check_old_url(settings, candidate.uri)? {
        Some(url) if settings.profile.probes() => {
            check_receiver(outbound, settings, &url, candidate.ssl).await
        }
        _ => Ok(()),
    }
}

fn check_triggers(settings: &Settings, role: Role, mask: i64) -> Result<(), HandlerError> {
    let profile = settings.profile;
    if profile.checks_trigger_rights() && !trigger::mask_is_available(mask, role, profile) {
        return Err(HandlerError::argument("Trigger is not available"));
    }
    Ok(())
}

fn check_secret(settings: &Settings, check: &SecretCheck<'_>) -> Result<(), HandlerError> {
    let secret = match check {
        SecretCheck::Required(None) if settings.profile.secret_is_optional() => return Ok(()),
        SecretCheck::Required(None) => {
            return Err(HandlerError::argument_null("secret"));
        }
        SecretCheck::Required(Some(secret)) => secret.expose_secret(),
        SecretCheck::Optional(secret) => match secret.map(ExposeSecret::expose_secret) {
            None | Some("") => return Ok(()),
            Some(secret) => secret,
        },
    };
    if settings.password_policy.accepts(secret) {
        Ok(())
    } else {
        Err(HandlerError::argument(settings.password_policy.refusal()))
    }
}

/// Before 3.7 only a literal address in the blacklist was refused, and the probe stumbled over a relative one
/// (API §7 C); 3.0 does not probe and stores it.
fn check_old_url(settings: &Settings, uri: &str) -> Result<Option<Url>, HandlerError> {
    let Ok(url) = Url::parse(uri) else {
        return if settings.profile.probes() {
            Err(HandlerError::null_reference())
        } else {
            Ok(None)
        };
    };
    let is_refused = url_rules::literal_address(&url)
        .is_some_and(|address| url_rules::is_blacklisted(settings, address));
    if !is_refused {
        Ok(Some(url))
    } else if settings.profile == Profile::V3_0 {
        Err(HandlerError::access_denied())
    } else {
        Err(HandlerError::argument(
            "Value does not fall within the expected range.",
        ))
    }
}

async fn check_receiver(
    outbound: &Outbound,
    settings: &Settings,
    url: &Url,
    ssl: bool,
) -> Result<(), Refusal> {
    probe::probe(outbound, settings, url, ssl)
        .await
        .map_err(|failure| match failure {
            ProbeFailure::Answered => HandlerError::argument(
                "Webhook URL is not available. HEAD request is not response 200 http status.",
            ),
            ProbeFailure::Unreachable(cause) => unreachable(&cause),
        })?;
    Ok(())
}

/// The portal's own call to a receiver failed (API §8.2).
fn unreachable(failure: &CallFailure) -> HandlerError {
    let (type_name, hresult) = match failure {
        CallFailure::Timeout { .. } => (
            "System.Threading.Tasks.TaskCanceledException",
            -2_146_233_029,
        ),
        CallFailure::Tls => ("System.Net.Http.HttpRequestException", -2_146_233_087),
        _ => ("System.Net.Http.HttpRequestException", -2_147_467_259),
    };
    HandlerError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        failure.message(),
        type_name,
        hresult,
    )
}
