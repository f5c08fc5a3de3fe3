//! `MoveResourceState`, offline.

use super::{Engine, Imported};
use crate::framework::provider::Provider;
use crate::framework::resource::{MoveRequest, Progress};

impl<P: Provider> Engine<P> {
    /// Converts the state of another resource type (TPP §8.7). The process may not be configured.
    ///
    /// The same type comes here too when an instance moves while the provider's address changes: to
    /// a mirror or a fork, or from Terraform to OpenTofu. It passes through as it is.
    pub fn move_state(&self, type_name: &str, request: &MoveRequest) -> Imported {
        let resource = match self.registry.resource(type_name) {
            Ok(resource) => resource,
            Err(unknown) => return Imported::without_state(unknown.into(), false),
        };
        let progress = Progress::default();
        let result = if request.source_type == type_name {
            self.upgrade_known(
                type_name,
                request.source_version,
                request.source_state.clone(),
            )
            .map(|state| progress.save(state, request.source_private.clone()))
        } else {
            resource.item.move_state(request, &progress)
        };
        Imported::conclude(resource, progress.take(), result)
    }
}
