//! What the author of a list resource implements.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::diagnostics::{Diagnostic, Diagnostics};
use super::schema::Schema;
use super::value::Object;

/// A list resource: finds existing objects of a managed resource (TPP §8.11). `C` is what the
/// provider's configuration produces.
#[async_trait]
pub trait ListResource<C: Send + Sync>: Send + Sync {
    /// Returns the name of the managed resource, which has an identity.
    fn type_name(&self) -> &'static str;

    /// Returns the schema of the filters.
    fn schema(&self) -> Schema;

    /// Checks a configuration beyond its single attributes. Anything in it may be unknown.
    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        let _ = (config, diagnostics);
    }

    /// Finds objects and passes them on one by one. Nothing listens any more once [`ListResults::push`] says so.
    async fn list(
        &self,
        context: &C,
        config: Object,
        results: &ListResults,
    ) -> Result<(), Diagnostic>;
}

/// An object that a list resource has found.
#[derive(Debug)]
pub struct ListResult {
    /// Its display name.
    pub display_name: String,
    /// Its state, as far as it is known without a configuration. The identity is taken from it.
    pub state: Object,
}

/// What a list resource reports, in order.
#[derive(Debug)]
pub(crate) enum ListEvent {
    Found(ListResult),
    Warning(Diagnostic),
}

/// Where a list resource puts what it finds.
#[derive(Debug)]
pub struct ListResults(mpsc::Sender<ListEvent>);

impl ListResults {
    /// Opens a channel for results; a few wait for a slow reader.
    pub(crate) fn channel() -> (Self, mpsc::Receiver<ListEvent>) {
        let (sender, receiver) = mpsc::channel(16);
        (Self(sender), receiver)
    }

    /// Passes on a result; false if no more are wanted.
    pub async fn push(&self, result: ListResult) -> bool {
        self.0.send(ListEvent::Found(result)).await.is_ok()
    }

    /// Adds a warning, which does not count as a result. It is lost after the last result that is wanted.
    pub async fn warn(&self, warning: Diagnostic) {
        drop(self.0.send(ListEvent::Warning(warning)).await);
    }
}
