//! Who is measured, and the configuration each is measured with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use docspace_emulator::DEFAULT_API_KEY;
use tokio::runtime::Runtime;

use super::portal::Portal;
use crate::cli::{Cli, Sandbox};
use crate::workspace;

/// What a configuration is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The provider as product §8 measures it: `secret_key_wo` with its version.
    Docspace,
    /// The provider with the version left out, so that it hashes every secret.
    Automatic,
    /// The built-in resource that does nothing, with the same values: what the CLI itself costs.
    Floor,
    /// The same with one string each: the least that the CLI can cost.
    Bare,
    /// `Mastercard/restapi`.
    Restapi,
    /// `magodo/restful`.
    Restful,
}

impl Kind {
    /// Returns which of the peers that manage webhooks a program is.
    pub(super) fn of_peer(program: &Path) -> Option<Self> {
        let name = program.file_name()?.to_str()?;
        match name
            .strip_prefix("terraform-provider-")?
            .split(['_', '.'])
            .next()?
        {
            "restapi" => Some(Self::Restapi),
            "restful" => Some(Self::Restful),
            _ => None,
        }
    }

    /// Says whether it is somebody else's provider.
    pub(super) fn is_peer(self) -> bool {
        matches!(self, Self::Restapi | Self::Restful)
    }

    /// Returns what it is called in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Docspace => "docspace",
            Self::Automatic => "docspace, hashing",
            Self::Floor => "terraform_data",
            Self::Bare => "terraform_data, bare",
            Self::Restapi => "restapi",
            Self::Restful => "restful",
        }
    }

    /// Returns a configuration of so many webhooks whose receivers are on this host. It counts as
    /// changed everywhere when the host is another one.
    fn configuration(self, count: usize, host: &str) -> String {
        let template = match self {
            Self::Docspace | Self::Automatic => include_str!("config/docspace.tf"),
            Self::Floor => include_str!("config/terraform_data.tf"),
            Self::Bare => include_str!("config/terraform_data_bare.tf"),
            Self::Restapi => include_str!("config/restapi.tf"),
            Self::Restful => include_str!("config/restful.tf"),
        };
        let version = match self {
            Self::Automatic => "null",
            _ => "1",
        };
        template
            .replace("COUNT", &count.to_string())
            .replace("HOST", host)
            .replace("VERSION", version)
    }

    /// Returns the source address, where there is a program.
    fn source(self) -> Option<&'static str> {
        match self {
            Self::Docspace | Self::Automatic => Some("onlyoffice/docspace"),
            Self::Floor | Self::Bare => None,
            Self::Restapi => Some("mastercard/restapi"),
            Self::Restful => Some("magodo/restful"),
        }
    }
}

/// Somebody who is measured: a directory with its state, and a portal where one is needed.
pub(super) struct Subject {
    pub(super) kind: Kind,
    pub(super) sandbox: Sandbox,
    pub(super) portal: Option<Portal>,
}

impl Subject {
    /// Prepares an empty directory. The floor has no use for a program or a portal.
    pub(super) fn new(
        kind: Kind,
        cli: &Cli,
        program: &Path,
        portal: Option<(&Path, &Arc<Runtime>)>,
    ) -> Result<Self> {
        let mut sandbox = Sandbox::new(cli.clone(), &workspace::target()?, program)?;
        let portal = match portal {
            Some((emulator, runtime)) => Some(Portal::start(emulator, Arc::clone(runtime))?),
            None => None,
        };
        if let Some(portal) = &portal {
            for name in ["DOCSPACE_BASE_URL", "TF_VAR_base_url"] {
                sandbox.set(name, &portal.base_url);
            }
            for name in ["DOCSPACE_API_KEY", "TF_VAR_api_key"] {
                sandbox.set(name, DEFAULT_API_KEY);
            }
        }
        if kind.is_peer() {
            let config = override_of(kind, program, &sandbox.root())?;
            sandbox.set("TF_CLI_CONFIG_FILE", config);
        }
        Ok(Self {
            kind,
            sandbox,
            portal,
        })
    }

    /// Writes the configuration.
    pub(super) fn configure(&self, count: usize, host: &str) -> Result<()> {
        let text = self.kind.configuration(count, host);
        Ok(fs::write(self.sandbox.work().join("main.tf"), text)?)
    }

    /// Returns the size of the state in bytes.
    pub(super) fn state_bytes(&self) -> Result<u64> {
        let file = self.sandbox.work().join("terraform.tfstate");
        Ok(file.metadata().context("there is no state")?.len())
    }
}

/// Writes a CLI configuration that takes a peer's program instead of a release.
fn override_of(kind: Kind, program: &Path, root: &Path) -> Result<PathBuf> {
    let program = std::path::absolute(program)?;
    let directory = program.parent().context("the peer is in no directory")?;
    let source = kind.source().unwrap_or_default();
    let text = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"{source}\" = \"{}\"\n  }}\n}}\n",
        directory.display()
    );
    let file = root.join("peer.tfrc");
    fs::write(&file, text)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_known_by_the_names_of_their_programs() {
        for (program, kind) in [
            ("/a/terraform-provider-restapi", Some(Kind::Restapi)),
            ("terraform-provider-restapi_v3.0.0", Some(Kind::Restapi)),
            (
                "terraform-provider-restful_v0.25.0.exe",
                Some(Kind::Restful),
            ),
            ("terraform-provider-aws_v5.100.0_x5", None),
            ("restapi", None),
        ] {
            assert_eq!(Kind::of_peer(Path::new(program)), kind, "{program}");
        }
    }

    #[test]
    fn another_host_changes_every_configuration() {
        for kind in [
            Kind::Docspace,
            Kind::Automatic,
            Kind::Floor,
            Kind::Bare,
            Kind::Restapi,
            Kind::Restful,
        ] {
            let (one, other) = (
                kind.configuration(7, "a.example"),
                kind.configuration(7, "b.example"),
            );
            assert_ne!(one, other, "{kind:?}");
            assert!(one.contains("= 7\n"), "{one}");
        }
    }
}
