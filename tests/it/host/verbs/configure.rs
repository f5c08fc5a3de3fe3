//! Checking configurations and configuring the process.

use serde_json::Value;

use super::{answered, has_errors, unless_refused};
use crate::host::Host;
use crate::host::diagnostics::{self, Answer};
use crate::host::value::encode;
use crate::host::wire::tfplugin6 as wire;

impl Host {
    /// Checks the provider block, as the validation walk does.
    pub async fn validate_provider(&self, config: &Value) -> Answer<()> {
        let request = wire::validate_provider_config::Request {
            config: Some(encode(config, &self.schemas().await.provider.ty())),
        };
        let answer = self.provider().validate_provider_config(request).await;
        said(answered("ValidateProviderConfig", answer).diagnostics)
    }

    /// Checks the provider block and configures the process with it.
    pub async fn configure(&self, config: Value) -> Answer<()> {
        let validated = self.validate_provider(&config).await;
        if has_errors(&validated.diagnostics) {
            return validated;
        }
        let request = wire::configure_provider::Request {
            // Features must not depend on it (TPP §5.2).
            terraform_version: self.version.clone(),
            config: Some(encode(&config, &self.schemas().await.provider.ty())),
            client_capabilities: self.capabilities,
        };
        let answer = self.provider().configure_provider(request).await;
        said(answered("ConfigureProvider", answer).diagnostics)
    }

    /// Checks a resource's configuration; values may be unknown.
    pub async fn validate_resource(&self, name: &str, config: &Value) -> Answer<()> {
        let request = wire::validate_resource_config::Request {
            type_name: name.to_owned(),
            config: Some(self.kind(name).await.encode(config)),
            client_capabilities: self.capabilities,
        };
        let answer = self.provider().validate_resource_config(request).await;
        said(answered("ValidateResourceConfig", answer).diagnostics)
    }

    /// Passes on that the user has pressed Ctrl-C.
    pub async fn interrupt(&self) {
        let request = wire::stop_provider::Request {};
        let answer = self.provider().stop_provider(request).await;
        assert_eq!(answered("StopProvider", answer).error, "");
    }
}

/// A call that answers with diagnostics only.
#[track_caller]
pub(super) fn said(diagnostics: Vec<wire::Diagnostic>) -> Answer<()> {
    unless_refused(diagnostics::from_wire(diagnostics), || ())
}
