//! What the handle can do with credentials.

use crate::account::Credential;
use crate::emulator::Emulator;
use crate::locks::lock;

impl Emulator {
    /// Adds a credential.
    pub fn add_credential(&self, credential: Credential) {
        lock(&self.portal.nouns.keys.credentials).add(credential);
    }
}
