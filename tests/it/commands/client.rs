//! What the versions of Terraform and OpenTofu say of themselves, and what they keep (TPP §5.2,
//! Appendix A).

use crate::host::wire::tfplugin6::ClientCapabilities;

/// One version of a command line tool.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub name: &'static str,
    /// What it sends as `terraform_version`, which may be somebody else's.
    pub version: &'static str,
    /// What it announces with each call; the oldest have no such message.
    pub capabilities: Option<ClientCapabilities>,
    /// Whether it keeps identities.
    pub has_identity: bool,
}

impl Client {
    /// Whether it knows arguments that are never stored.
    pub fn has_write_only(&self) -> bool {
        self.capabilities
            .is_some_and(|capabilities| capabilities.write_only_attributes_allowed)
    }
}

const NOTHING: ClientCapabilities = ClientCapabilities {
    deferral_allowed: false,
    write_only_attributes_allowed: false,
    store_planned_private: false,
    computed_blocks_allowed: false,
};

const WRITE_ONLY: ClientCapabilities = ClientCapabilities {
    write_only_attributes_allowed: true,
    ..NOTHING
};

const EVERYTHING: ClientCapabilities = ClientCapabilities {
    store_planned_private: true,
    computed_blocks_allowed: true,
    ..WRITE_ONLY
};

const fn client(
    name: &'static str,
    version: &'static str,
    capabilities: Option<ClientCapabilities>,
    has_identity: bool,
) -> Client {
    Client {
        name,
        version,
        capabilities,
        has_identity,
    }
}

/// The versions at which something changed, the newest Terraform first.
pub const CLIENTS: [Client; 11] = [
    client("Terraform 1.16", "1.16.0", Some(EVERYTHING), true),
    client("Terraform 1.14", "1.14.9", Some(WRITE_ONLY), true),
    client("Terraform 1.12", "1.12.2", Some(WRITE_ONLY), true),
    client("Terraform 1.11", "1.11.4", Some(WRITE_ONLY), false),
    client("Terraform 1.10", "1.10.5", Some(NOTHING), false),
    client("Terraform 1.8", "1.8.5", None, false),
    client("Terraform 1.5", "1.5.7", None, false),
    // It poses as a Terraform, so the version says nothing (TPP §5.2).
    client("OpenTofu 1.12", "1.13.0", Some(WRITE_ONLY), true),
    client("OpenTofu 1.11", "1.11.14", Some(WRITE_ONLY), false),
    client("OpenTofu 1.8", "1.8.11", None, false),
    client("OpenTofu 1.6", "1.6.3", None, false),
];
