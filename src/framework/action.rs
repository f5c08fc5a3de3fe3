//! What the author of an action implements.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::schema::Schema;
use super::value::Object;

/// An action: something that is done once and leaves no state (TPP §8.12). `C` is what the provider's configuration
/// produces.
#[async_trait]
pub trait Action<C: Send + Sync>: Send + Sync {
    /// Returns the type's name, beginning with the provider's.
    fn type_name(&self) -> &'static str;

    /// Returns the schema.
    fn schema(&self) -> Schema;

    /// Checks a configuration beyond its single attributes. Anything in it may be unknown.
    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Does it. The configuration is known.
    async fn invoke(
        &self,
        context: &C,
        config: Object,
        progress: &ActionProgress,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Diagnostic>;
}

/// Where an action reports its progress.
#[derive(Debug)]
pub struct ActionProgress(mpsc::UnboundedSender<String>);

impl ActionProgress {
    /// Opens a channel for reports. Reports are few and short, so none is ever held back.
    pub(crate) fn channel() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// Tells the practitioner how far the action is. If nothing is listening any more, that does not matter.
    pub fn say(&self, message: impl Into<String>) {
        drop(self.0.send(message.into()));
    }

    /// Waits until nothing listens any more: the client has cancelled the action, or is gone. What was begun should
    /// still be completed; waiting for more than that is in vain.
    pub async fn abandoned(&self) {
        self.0.closed().await;
    }
}
