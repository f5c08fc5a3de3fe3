//! What the versions of Terraform and OpenTofu say of themselves, what they know, and what they keep
//! (TPP §4.1, §5.2). Every test of the provider with several clients goes by this list.

use Knows::{Actions, Ephemeral, Functions, Generation, Identity, Lists, Moves, WriteOnly};

use crate::host::verbs::State;
use crate::host::wire::tfplugin6::ClientCapabilities;
use crate::host::{Host, Launch};

/// One version of a command line tool.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub name: &'static str,
    /// What it sends as `terraform_version`, which may be somebody else's.
    pub version: &'static str,
    /// What it announces with each call; the oldest have no such message.
    pub capabilities: Option<ClientCapabilities>,
    knows: &'static [Knows],
}

/// What came to the tools after the oldest that are supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knows {
    /// Functions of providers.
    Functions,
    /// `moved` blocks between resource types.
    Moves,
    /// Ephemeral resources.
    Ephemeral,
    /// Arguments that are never stored.
    WriteOnly,
    /// Identities, which it keeps and imports by.
    Identity,
    /// List resources and the command `query`.
    Lists,
    Actions,
    /// That the provider can write configurations.
    Generation,
}

impl Client {
    /// Whether it knows something.
    pub fn knows(&self, what: Knows) -> bool {
        self.knows.contains(&what)
    }

    /// A process of this client's, started like this, that is not configured.
    pub async fn launch(&self, launch: Launch) -> Host {
        Host::launch(launch)
            .await
            .with_capabilities(self.capabilities)
            .with_version(self.version)
    }

    /// A process of this client's that is not configured.
    pub async fn start(&self) -> Host {
        self.launch(Launch::as_host()).await
    }

    /// What this client keeps of an object.
    pub fn keep(&self, mut state: State) -> State {
        state.identity = state.identity.filter(|_| self.knows(Identity));
        state
    }
}

/// The clients that know something.
pub fn knowing(what: Knows) -> impl Iterator<Item = Client> {
    CLIENTS.into_iter().filter(move |client| client.knows(what))
}

/// The clients that do not know something.
pub fn without(what: Knows) -> impl Iterator<Item = Client> {
    let is_without = move |client: &Client| !client.knows(what);
    CLIENTS.into_iter().filter(is_without)
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
    knows: &'static [Knows],
) -> Client {
    Client {
        name,
        version,
        capabilities,
        knows,
    }
}

const SINCE_1_8: &[Knows] = &[Functions, Moves];
const SINCE_1_10: &[Knows] = &[Functions, Moves, Ephemeral];
const SINCE_1_11: &[Knows] = &[Functions, Moves, Ephemeral, WriteOnly];
const SINCE_1_12: &[Knows] = &[Functions, Moves, Ephemeral, WriteOnly, Identity];
const SINCE_1_14: &[Knows] = &[
    Functions, Moves, Ephemeral, WriteOnly, Identity, Lists, Actions, Generation,
];
/// The versions at which something changed, the newest Terraform first.
pub const CLIENTS: [Client; 11] = [
    client("Terraform 1.16", "1.16.0", Some(EVERYTHING), SINCE_1_14),
    client("Terraform 1.14", "1.14.9", Some(WRITE_ONLY), SINCE_1_14),
    client("Terraform 1.12", "1.12.2", Some(WRITE_ONLY), SINCE_1_12),
    client("Terraform 1.11", "1.11.4", Some(WRITE_ONLY), SINCE_1_11),
    client("Terraform 1.10", "1.10.5", Some(NOTHING), SINCE_1_10),
    client("Terraform 1.8", "1.8.5", None, SINCE_1_8),
    client("Terraform 1.5", "1.5.7", None, &[]),
    // It poses as a Terraform, so the version says nothing (TPP §5.2).
    client("OpenTofu 1.12", "1.13.0", Some(WRITE_ONLY), SINCE_1_12),
    client("OpenTofu 1.11", "1.11.14", Some(WRITE_ONLY), SINCE_1_11),
    client("OpenTofu 1.8", "1.8.11", None, &[Functions]),
    client("OpenTofu 1.6", "1.6.3", None, &[]),
];
