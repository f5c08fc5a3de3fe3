//! What every call begins with: its subject, the provider's configuration, and whether the answer has to wait for that.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Capabilities, ConnectionKey, Engine, Registered, Registry};
use crate::framework::action::Action;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::EphemeralResource;
use crate::framework::list_resource::ListResource;
use crate::framework::provider::Provider;
use crate::framework::resource::Resource;

/// Why a call ends before the author's code is asked.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something is wrong.
    Failed(Diagnostics),
    /// The provider's configuration is not known yet, and the client accepts a deferral.
    Deferred,
}

impl Stop {
    /// Returns what the practitioner is told, and whether the answer is deferred.
    pub(super) fn into_parts(self) -> (Diagnostics, bool) {
        match self {
            Self::Failed(diagnostics) => (diagnostics, false),
            Self::Deferred => (Diagnostics::new(), true),
        }
    }
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Failed(diagnostic.into())
    }
}

impl From<Diagnostics> for Stop {
    fn from(diagnostics: Diagnostics) -> Self {
        Self::Failed(diagnostics)
    }
}

impl<P: Provider> Engine<P> {
    /// Returns what the connection's configuration produced, if there was one.
    pub(super) fn context(&self, connection: ConnectionKey) -> Option<Arc<P::Context>> {
        self.lock().get(&connection)?.context.clone()
    }

    /// Returns what the connection's configuration produced, or the diagnostic that says it is missing.
    pub(super) fn configured_context(
        &self,
        connection: ConnectionKey,
    ) -> Result<Arc<P::Context>, Diagnostic> {
        self.context(connection)
            .ok_or_else(|| Diagnostic::bug("The provider was called before it was configured."))
    }

    /// Returns what the connection's configuration produced, unless the answer has to wait for it.
    pub(super) fn ready(
        &self,
        connection: ConnectionKey,
        capabilities: Capabilities,
    ) -> Result<Arc<P::Context>, Stop> {
        let context = self.configured_context(connection)?;
        if self.is_deferred(Some(&context), capabilities) {
            return Err(Stop::Deferred);
        }
        Ok(context)
    }

    /// Returns whether an answer is deferred, because the provider's configuration is not known yet.
    pub(super) fn is_deferred(
        &self,
        context: Option<&P::Context>,
        capabilities: Capabilities,
    ) -> bool {
        capabilities.deferral_allowed
            && context.is_some_and(|context| self.provider.is_configuration_unknown(context))
    }
}

impl<C> Registry<C> {
    pub(super) fn resource(&self, name: &str) -> Result<&Registered<dyn Resource<C>>, Diagnostic> {
        find("resource", &self.resources, name)
    }

    pub(super) fn data_source(
        &self,
        name: &str,
    ) -> Result<&Registered<dyn DataSource<C>>, Diagnostic> {
        find("data source", &self.data_sources, name)
    }

    pub(super) fn ephemeral_resource(
        &self,
        name: &str,
    ) -> Result<&Registered<dyn EphemeralResource<C>>, Diagnostic> {
        find("ephemeral resource", &self.ephemeral_resources, name)
    }

    pub(super) fn list_resource(
        &self,
        name: &str,
    ) -> Result<&Registered<dyn ListResource<C>>, Diagnostic> {
        find("list resource", &self.list_resources, name)
    }

    pub(super) fn action(&self, name: &str) -> Result<&Registered<dyn Action<C>>, Diagnostic> {
        find("action", &self.actions, name)
    }
}

fn find<'a, T: ?Sized>(
    kind: &str,
    registered: &'a BTreeMap<&'static str, Registered<T>>,
    name: &str,
) -> Result<&'a Registered<T>, Diagnostic> {
    registered.get(name).ok_or_else(|| unknown_type(kind, name))
}

/// The diagnostic for a type that the provider does not have: Terraform and the provider disagree.
pub(super) fn unknown_type(kind: &str, type_name: &str) -> Diagnostic {
    Diagnostic::bug(format!(
        "There is no {kind} of type {type_name:?} in this provider."
    ))
}
