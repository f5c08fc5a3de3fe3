//! What the author of an ephemeral resource implements.

use async_trait::async_trait;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::private_state::PrivateState;
use super::schema::Schema;
use super::value::Object;

/// An ephemeral resource: a value that exists during a command and is never stored. `C` is what the
/// provider's configuration produces.
///
/// Terraform opens it in the plan and again in the apply (TPP §8.9), and closes it when nothing needs it any more. What
/// it did not close, because it was killed or in a hurry, is closed before the process exits. There is no renewal.
#[async_trait]
pub trait EphemeralResource<C: Send + Sync>: Send + Sync {
    /// Returns the type's name, beginning with the provider's.
    fn type_name(&self) -> &'static str;

    /// Returns the schema.
    fn schema(&self) -> Schema;

    /// Creates the value. The configuration is known; the result keeps what is configured and fills in what is
    /// computed.
    async fn open(
        &self,
        context: &C,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Opened, Diagnostic>;

    /// Releases what an opening holds, even after an interrupt. Only called if it holds something.
    ///
    /// What cannot be released is tried again before the process exits.
    async fn close(&self, context: &C, held: &PrivateState) -> Result<(), Diagnostic> {
        let _ = (context, held);
        Ok(())
    }
}

/// An ephemeral resource that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The configuration, with what is computed filled in.
    pub value: Object,
    /// What closing has to know; nothing if nothing is held open. Terraform keeps it in memory only, but it is not a
    /// place for secrets.
    pub held: PrivateState,
}

impl From<Object> for Opened {
    /// Holds nothing open.
    fn from(value: Object) -> Self {
        Self {
            value,
            held: PrivateState::default(),
        }
    }
}
