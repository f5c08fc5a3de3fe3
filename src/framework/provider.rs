//! What the author of a provider implements.

use std::fmt;

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

    /// Configures the provider. Anything in the configuration may be unknown while planning; no requests are made here.
    /// None is returned only with an error.
    async fn configure(
        &self,
        request: ConfigureRequest,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self::Context>;

    /// Returns whether the configuration is not known yet, so that what depends on it may be deferred.
    fn is_configuration_unknown(&self, context: &Self::Context) -> bool {
        let _ = context;
        false
    }

    /// Is told that a change or an action begins. The first one shows that this process applies a plan; the protocol
    /// does not tell earlier.
    fn applying(&self, context: &Self::Context) {
        let _ = context;
    }

    /// Returns everything that it offers.
    fn offer(&self) -> Offer<Self::Context> {
        Offer::default()
    }
}

/// What is offered by a provider, or by one of its nouns.
pub struct Offer<C> {
    /// Managed resources.
    pub resources: Vec<Box<dyn Resource<C>>>,
    /// Data sources.
    pub data_sources: Vec<Box<dyn DataSource<C>>>,
    /// Ephemeral resources.
    pub ephemeral_resources: Vec<Box<dyn EphemeralResource<C>>>,
    /// List resources.
    pub list_resources: Vec<Box<dyn ListResource<C>>>,
    /// Actions.
    pub actions: Vec<Box<dyn Action<C>>>,
    /// Functions.
    pub functions: Vec<Box<dyn Function>>,
}

impl<C> Default for Offer<C> {
    fn default() -> Self {
        Self {
            resources: Vec::new(),
            data_sources: Vec::new(),
            ephemeral_resources: Vec::new(),
            list_resources: Vec::new(),
            actions: Vec::new(),
            functions: Vec::new(),
        }
    }
}

impl<C> fmt::Debug for Offer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offer").finish_non_exhaustive()
    }
}

impl<C: Send + Sync> Offer<C> {
    /// Adds a managed resource.
    #[must_use]
    pub fn resource(mut self, item: impl Resource<C> + 'static) -> Self {
        self.resources.push(Box::new(item));
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source(mut self, item: impl DataSource<C> + 'static) -> Self {
        self.data_sources.push(Box::new(item));
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral_resource(mut self, item: impl EphemeralResource<C> + 'static) -> Self {
        self.ephemeral_resources.push(Box::new(item));
        self
    }

    /// Adds a list resource.
    #[must_use]
    pub fn list_resource(mut self, item: impl ListResource<C> + 'static) -> Self {
        self.list_resources.push(Box::new(item));
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn action(mut self, item: impl Action<C> + 'static) -> Self {
        self.actions.push(Box::new(item));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function(mut self, item: impl Function + 'static) -> Self {
        self.functions.push(Box::new(item));
        self
    }

    /// Adds what another noun offers.
    #[must_use]
    pub fn with(mut self, noun: Self) -> Self {
        self.resources.extend(noun.resources);
        self.data_sources.extend(noun.data_sources);
        self.ephemeral_resources.extend(noun.ephemeral_resources);
        self.list_resources.extend(noun.list_resources);
        self.actions.extend(noun.actions);
        self.functions.extend(noun.functions);
        self
    }
}

/// A provider configuration to put into use.
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
