//! What the portal says about itself: settings, version, password policy, dev tools access (API §3.3, §3.4, §7.2).

use serde::Serialize;

use crate::config::PortalState;
use crate::dates::{self, Precision};
use crate::front::answer::{Answer, HandlerError, Refusal};
use crate::front::call::Call;
use crate::nouns::settings::body::bind_dev_tools;

/// The members of API §3.3, and those without which the official SDKs refuse the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PortalSettings {
    culture: &'static str,
    doc_space: bool,
    cookie_settings_enabled: bool,
    deep_link: DeepLink,
    version: &'static str,
    standalone: bool,
    tenant_alias: &'static str,
    tenant_status: u8,
    base_domain: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    utc_hours_offset: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limited_access_dev_tools_for_users: Option<bool>,
}

/// Where mobile apps are found; nowhere, for this portal.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct DeepLink {
    android_package_name: &'static str,
    url: &'static str,
    ios_package_id: &'static str,
}

/// `GET /settings`: a few members more for callers who are known.
pub(crate) fn show(call: &Call) -> Answer {
    let settings = &call.settings;
    let is_known = call.caller.is_some();
    let zones = settings.zones();
    let zone_name = || {
        settings
            .portal_time_zone
            .clone()
            .or_else(|| zones.portal_zone_name())
    };
    call.success(&PortalSettings {
        culture: "en-US",
        doc_space: true,
        cookie_settings_enabled: false,
        deep_link: DeepLink::default(),
        version: settings.profile.build(),
        standalone: settings.standalone,
        tenant_alias: "portal",
        tenant_status: match settings.portal_state {
            PortalState::Suspended => 1,
            // Restoring.
            PortalState::Busy => 3,
            _ => 0,
        },
        base_domain: "localhost",
        timezone: is_known.then(zone_name).flatten(),
        utc_hours_offset: is_known.then(|| f64::from(settings.portal_utc_offset_minutes) / 60.0),
        limited_access_dev_tools_for_users: is_known.then_some(settings.dev_tools_limited),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Build {
    doc_space: &'static str,
    document_server: &'static str,
}

/// `GET /settings/version/build`.
pub(crate) fn build(call: &Call) -> Answer {
    call.success(&Build {
        doc_space: call.settings.profile.build(),
        document_server: "9.0.0",
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PasswordSettings {
    min_length: usize,
    upper_case: bool,
    digits: bool,
    spec_symbols: bool,
    allowed_characters_regex_str: &'static str,
    digits_regex_str: &'static str,
    upper_case_regex_str: &'static str,
    spec_symbols_regex_str: &'static str,
}

/// `GET /settings/security/password`.
pub(crate) fn password(call: &Call) -> Answer {
    let policy = call.settings.password_policy;
    call.success(&PasswordSettings {
        min_length: policy.min_length,
        upper_case: policy.upper_case,
        digits: policy.digits,
        spec_symbols: policy.spec_symbols,
        allowed_characters_regex_str: r"[\x21-\x7E]",
        digits_regex_str: r"(?=.*\d)",
        upper_case_regex_str: "(?=.*[A-Z])",
        spec_symbols_regex_str: r"(?=.*[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E])",
    })
}

/// The date of an answer to a change: that of an object that was never stored.
const NEVER: &str = "0001-01-01T00:00:00.0000000Z";

/// The date is always made up: now, or [`NEVER`] (IH §10).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DevTools {
    limited_access_for_users: bool,
    last_modified: String,
}

/// `GET /settings/devtoolsaccess`.
pub(crate) fn dev_tools(call: &Call) -> Answer {
    let now = dates::now();
    call.success(&DevTools {
        limited_access_for_users: call.settings.dev_tools_limited,
        last_modified: call.settings.zones().key_date(now, Precision::Stored),
    })
}

/// `POST /settings/devtoolsaccess`, admins only.
pub(crate) fn change_dev_tools(call: &Call) -> Result<Answer, Refusal> {
    let limited = bind_dev_tools(call.json_body()?)?;
    if !call.caller()?.is_admin() {
        return Err(HandlerError::access_denied().into());
    }
    call.portal
        .settings
        .change(|settings| settings.dev_tools_limited = limited);
    Ok(call.success(&DevTools {
        limited_access_for_users: limited,
        last_modified: NEVER.to_owned(),
    }))
}
