//! What the handle can do with the domains that may embed the portal.

use crate::emulator::Emulator;

impl Emulator {
    /// The domains that may embed the portal, in their order.
    pub fn embedding_domains(&self) -> Vec<String> {
        self.portal.nouns.embedding.domains()
    }

    /// Replaces these domains out of band, without any check.
    pub fn set_embedding_domains<S: Into<String>>(&self, domains: impl IntoIterator<Item = S>) {
        let domains = domains.into_iter().map(Into::into).collect();
        self.portal.nouns.embedding.replace(domains);
    }
}
