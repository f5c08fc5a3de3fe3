//! Which portals have webhooks as this provider knows them, and how long they may work on one.

use std::time::Duration;

use crate::framework::diagnostics::Diagnostic;
use crate::provider::portal::LivePortal;

/// How long a portal of 3.7 and later may work on a create or update after it was sent: 3 s of name
/// resolution, 10 s of probing, and some slack (API §7 D).
const WORST_CASE: Duration = Duration::from_secs(15);
/// The same for older portals, whose probe waits 100 s.
const WORST_CASE_BEFORE_3_7: Duration = Duration::from_secs(110);

impl LivePortal {
    /// Returns how long the portal may still work on a write after it was sent. The catalog, which a create has
    /// requested, tells; if it could not be read, the portal's version is requested.
    pub(super) async fn worst_case(&self) -> Duration {
        let is_3_7 = if let Some(catalog) = self.known_catalog() {
            let mut entries = catalog.entries().iter();
            entries.any(|entry| entry.available.is_some())
        } else {
            let version = self.version().await;
            version.is_ok_and(|version| is_at_least(version, (3, 7)))
        };
        if is_3_7 {
            WORST_CASE
        } else {
            WORST_CASE_BEFORE_3_7
        }
    }

    /// Refuses a portal older than 3.1, which has no catalog and no triggers (API §3.3, §11). A missing catalog alone
    /// is no proof: its version must confirm it, or a webhook without triggers. Any other trouble is left to the
    /// request at hand.
    pub(super) async fn require_supported_version(&self) -> Result<(), Diagnostic> {
        match self.catalog().await {
            Err(error) if error.status() == Some(404) => {}
            Ok(_) | Err(_) => return Ok(()),
        }
        if let Ok(version) = self.version().await {
            return if is_at_least(version, (3, 1)) {
                Ok(())
            } else {
                Err(unsupported(Some(version)))
            };
        }
        match self.webhooks().list.read().await {
            Ok(list) if list.items().any(|item| item.webhook.triggers.is_none()) => {
                Err(unsupported(None))
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Returns whether a portal's version is this one or later. A text without a number counts as older.
fn is_at_least(version: &str, wanted: (u32, u32)) -> bool {
    let mut numbers = version.split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= wanted,
        _ => false,
    }
}

pub(super) fn unsupported(version: Option<&str>) -> Diagnostic {
    // What is not a version is not quoted: a portal may write anything there.
    let is_version = |text: &&str| {
        text.len() < 20
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    let found = match version {
        None => "3.0 or older",
        Some(version) => Some(version)
            .filter(is_version)
            .unwrap_or("in an unknown version"),
    };
    Diagnostic::error(
        "DocSpace 3.1 or later is required",
        format!(
            "The portal runs DocSpace {found}, whose webhooks have no triggers. This provider supports DocSpace 3.1 \
             and later; nothing was written. Upgrade the portal."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for version in ["3.1.0", "3.7.2", "3.10", "4.0.0.1"] {
            assert!(is_at_least(version, (3, 1)), "{version}");
        }
        for version in ["3.0.4", "2.6.3", "", "x.y", "3"] {
            assert!(!is_at_least(version, (3, 1)), "{version}");
        }
        assert!(is_at_least("3.10.0", (3, 7)) && !is_at_least("3.6.1", (3, 7)));
    }
}
