//! Whether a webhook's events reach its receiver, according to the list of webhooks (API §4.2, §10).
//!
//! Success and failure are dated by the same clock, so it is known which came last, whatever the portal's time zone,
//! except for two dates in the hour that a clock shows twice when it is set back.

use crate::api::{Client, Webhook};
use crate::provider::zone::Zone;

/// Describes `healthy`.
pub(super) const HEALTHY: &str = "Whether deliveries succeed: `false` while the last failure is later than the last \
    success, or when the portal disabled the webhook before its first delivery; null before the first delivery has \
    ended, and when both dates fall into the hour that the portal's clock shows twice when it is set back. A webhook \
    that was disabled after a success stays `true`, so check `enabled` too.";
/// Describes `failure_reason`.
pub(super) const FAILURE_REASON: &str =
    "Why `healthy` is `false`, in one line and without content of the portal; otherwise null.";

/// What is known of a webhook's deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Health {
    /// No delivery has ended yet.
    Unknown,
    /// The last delivery that ended succeeded.
    Healthy,
    /// The last delivery that ended failed.
    Failing,
    /// The portal disabled it instead of delivering its first event.
    Disabled,
}

impl Health {
    /// Judges a webhook of the list; `zone` is that of the portal.
    pub(super) fn of(webhook: &Webhook, zone: &Zone) -> Self {
        let failure = &webhook.last_failure_on;
        let success = &webhook.last_success_on;
        match (failure, success) {
            // A webhook that has delivered nothing but was changed by the portal was disabled by it: a delivery leaves
            // its date.
            (None, None) if !webhook.enabled && webhook.is_first_changed_by_portal => {
                Self::Disabled
            }
            (None, None) => Self::Unknown,
            (None, Some(_)) => Self::Healthy,
            (Some(_), None) => Self::Failing,
            (Some(failure), Some(success))
                if zone.is_shown_twice(failure) && zone.is_shown_twice(success) =>
            {
                Self::Unknown
            }
            (Some(failure), Some(success)) => match failure.shown().zip(success.shown()) {
                None => Self::Unknown,
                Some((failure, success)) if failure > success => Self::Failing,
                Some(_) => Self::Healthy,
            },
        }
    }

    /// Returns the value of `healthy`.
    pub(super) fn is_healthy(self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Healthy => Some(true),
            Self::Failing | Self::Disabled => Some(false),
        }
    }

    /// Returns the value of `failure_reason`.
    pub(super) fn reason(self, webhook: &Webhook, client: &Client) -> Option<String> {
        match self {
            Self::Unknown | Self::Healthy => None,
            Self::Disabled => Some(
                "The portal disabled the webhook instead of delivering: its uri does not pass the portal's rules."
                    .to_owned(),
            ),
            Self::Failing => {
                let noted = webhook.last_failure_content.as_deref();
                let noted = noted.map(|text| client.quote(text).as_str().to_owned());
                let noted = noted.filter(|text| !text.is_empty());
                let reason = noted.unwrap_or_else(|| "The portal recorded no reason.".to_owned());
                Some(if webhook.enabled {
                    reason
                } else {
                    format!("{}. The webhook is disabled.", reason.trim_end_matches('.'))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests;
