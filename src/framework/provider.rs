//! What the author of a provider implements.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::action::Action;
use super::data_source::DataSource;
use super::diagnostics::Diagnostics;
use super::ephemeral::EphemeralResource;
use super::function::Function;
use super::list_resource::ListResource;
use super::resource::Resource;
use super::schema::Schema;
use super::value::Object;

/// A provider: its configuration, and everything it offers.
#[async_trait]
pub trait Provider: Send + Sync + 'static {
    /// What a configuration produces: clients, caches, whatever the offered things need.
    type Context: Send + Sync + 'static;

    /// Returns the schema of the provider block.
    fn schema(&self) -> Schema;

    /// Checks the provider block beyond its single attributes. Anything in it may be unknown.
    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Configures the provider. Anything in the configuration may be unknown while planning; no
    /// requests are made here. None is returned only beside an error.
    async fn configure(
        &self,
        request: ConfigureRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self::Context>;

    /// Says whether the configuration is not known yet, so that what depends on it may be deferred.
    fn is_configuration_unknown(&self, context: &Self::Context) -> bool {
        let _ = context;
        false
    }

    /// Returns the managed resources.
    fn resources(&self) -> Vec<Box<dyn Resource<Self::Context>>> {
        Vec::new()
    }

    /// Returns the data sources.
    fn data_sources(&self) -> Vec<Box<dyn DataSource<Self::Context>>> {
        Vec::new()
    }

    /// Returns the ephemeral resources.
    fn ephemeral_resources(&self) -> Vec<Box<dyn EphemeralResource<Self::Context>>> {
        Vec::new()
    }

    /// Returns the list resources.
    fn list_resources(&self) -> Vec<Box<dyn ListResource<Self::Context>>> {
        Vec::new()
    }

    /// Returns the actions.
    fn actions(&self) -> Vec<Box<dyn Action<Self::Context>>> {
        Vec::new()
    }

    /// Returns the functions.
    fn functions(&self) -> Vec<Box<dyn Function>> {
        Vec::new()
    }
}

/// A provider configuration to take into use.
#[derive(Debug)]
pub struct ConfigureRequest {
    /// The provider block; anything in it may be unknown while planning.
    pub config: Object,
    /// The version of the client, for the user agent only: features follow from capabilities
    /// (TPP §5.2).
    pub terraform_version: String,
    /// Fires when the practitioner interrupts: stop waiting, begin nothing new, finish what runs.
    pub stop: CancellationToken,
}
