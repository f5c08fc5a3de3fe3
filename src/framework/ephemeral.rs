//! What the author of an ephemeral resource implements.

use async_trait::async_trait;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::schema::Schema;
use super::value::Object;

/// An ephemeral resource: a value that exists during a command and is never stored. `C` is what the
/// provider's configuration produces.
///
/// Terraform opens it in the plan and again in the apply (TPP §8.9). There is no renewal and nothing
/// to close: no resource here holds anything open.
#[async_trait]
pub trait EphemeralResource<C: Send + Sync>: Send + Sync {
    /// Returns the type's name, beginning with the provider's.
    fn type_name(&self) -> &'static str;

    /// Returns the schema.
    fn schema(&self) -> Schema;

    /// Makes the value. The configuration is known; the result keeps what is configured and fills
    /// what is computed.
    async fn open(
        &self,
        context: &C,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic>;
}
