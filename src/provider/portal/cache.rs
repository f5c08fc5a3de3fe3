//! What a process asks a portal once, because it does not change while the process runs.

use tokio::sync::OnceCell;

use super::LivePortal;
use crate::api::{CurrentUser, Error, PasswordPolicy, TriggerCatalog};

/// The answers so far.
#[derive(Debug, Default)]
pub(super) struct Cache {
    catalog: OnceCell<Result<TriggerCatalog, Error>>,
    policy: OnceCell<Result<PasswordPolicy, Error>>,
    caller: OnceCell<CurrentUser>,
    version: OnceCell<String>,
}

impl LivePortal {
    /// Returns the portal's catalog of triggers. It is requested once, whatever the outcome.
    pub(in crate::provider) async fn catalog(&self) -> Result<&TriggerCatalog, &Error> {
        let request = || self.client.trigger_catalog();
        self.cache.catalog.get_or_init(request).await.as_ref()
    }

    /// Returns the catalog if it has been asked for and was answered.
    pub(in crate::provider) fn known_catalog(&self) -> Option<&TriggerCatalog> {
        self.cache.catalog.get()?.as_ref().ok()
    }

    /// Returns the portal's password policy. It is requested once, whatever the outcome.
    pub(in crate::provider) async fn policy(&self) -> Result<&PasswordPolicy, &Error> {
        let request = || self.client.password_policy();
        self.cache.policy.get_or_init(request).await.as_ref()
    }

    /// Returns the caller. A failure is not remembered: too much depends on it.
    pub(in crate::provider) async fn caller(&self) -> Result<&CurrentUser, Error> {
        let request = || self.client.current_user();
        self.cache.caller.get_or_try_init(request).await
    }

    /// Returns the portal's version, such as "3.7.2". A failure is not remembered.
    pub(in crate::provider) async fn version(&self) -> Result<&str, Error> {
        let request = || self.client.portal_version();
        let version = self.cache.version.get_or_try_init(request).await?;
        Ok(version)
    }
}
