//! What the author of a data source implements.

use async_trait::async_trait;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::schema::Schema;
use super::value::Object;

/// A data source. `C` is what the provider's configuration produces.
#[async_trait]
pub trait DataSource<C: Send + Sync>: Send + Sync {
    /// Returns the type's name, beginning with the provider's.
    fn type_name(&self) -> &'static str;

    /// Returns the schema.
    fn schema(&self) -> Schema;

    /// Checks a configuration beyond its single attributes. Anything in it may be unknown, and the
    /// provider may not be configured: no requests.
    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Reads the data. The configuration is known; the result keeps it and fills in what is computed.
    async fn read(
        &self,
        context: &C,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic>;
}
