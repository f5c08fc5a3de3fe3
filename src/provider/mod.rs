//! The provider: everything that `docspace` offers to a configuration.

mod api_key;
mod config;
mod dates;
mod developer_tools;
mod diagnose;
mod embedding;
mod expiry;
mod group;
mod known_rooms;
mod mark;
mod people;
pub mod portal;
mod provenance;
mod room;
mod selection;
mod triggers;
mod user;
mod webhook;
mod zone;

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use self::config::Settings;
pub(crate) use self::config::VARIABLES;
use self::diagnose::Refusals;
use self::portal::{LivePortal, Portal};
use crate::api::Client;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::environment::Environment;
use crate::framework::provider::{ConfigureRequest, Offer, Provider};
use crate::framework::schema::Schema;
use crate::framework::value::Object;

/// The nouns whose endpoints give an error status a meaning of its own.
const REFUSALS: &[&dyn Refusals] = &[
    api_key::REFUSALS,
    group::REFUSALS,
    room::REFUSALS,
    user::REFUSALS,
    webhook::REFUSALS,
];

/// The provider `docspace`.
pub struct DocSpace {
    environment: Arc<dyn Environment>,
}

impl fmt::Debug for DocSpace {
    /// Shows nothing: the environment holds the API key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocSpace").finish_non_exhaustive()
    }
}

impl DocSpace {
    /// Creates the provider; its configuration falls back to this environment.
    pub fn new(environment: Arc<dyn Environment>) -> Self {
        Self { environment }
    }
}

#[async_trait]
impl Provider for DocSpace {
    type Context = Portal;

    fn schema(&self) -> Schema {
        config::schema()
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        config::validate(config, diagnostics);
    }

    async fn configure(
        &self,
        request: ConfigureRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Portal> {
        let ConfigureRequest {
            config,
            terraform_version,
            stop,
        } = request;
        let environment = self.environment.as_ref();
        match config::read(&config, environment, &terraform_version, diagnostics)? {
            Settings::Unknown(names) => Some(Portal::Unknown(names)),
            Settings::Known(settings) => {
                tracing::debug!(
                    base_url = %settings.base_url,
                    request_timeout_s = settings.request_timeout.as_secs(),
                    max_retries = settings.max_retries,
                    max_concurrent_writes = settings.max_concurrent_writes,
                    "Configured for a portal"
                );
                match Client::with_stop_signal(*settings, stop) {
                    Ok(client) => Some(Portal::Known(Box::new(LivePortal::new(client, REFUSALS)))),
                    Err(error) => {
                        diagnostics.push(config::certificate_error(&error));
                        None
                    }
                }
            }
        }
    }

    fn is_configuration_unknown(&self, context: &Portal) -> bool {
        context.known().is_none()
    }

    fn applying(&self, context: &Portal) {
        if let Some(portal) = context.known() {
            portal.mark_applying();
        }
    }

    /// Registers the nouns.
    fn offer(&self) -> Offer<Portal> {
        Offer::default()
            // One line each, even after formatting.
            .with(api_key::offer())
            .with(developer_tools::offer())
            .with(embedding::offer())
            .with(group::offer())
            .with(room::offer())
            .with(user::offer())
            .with(webhook::offer())
    }
}
