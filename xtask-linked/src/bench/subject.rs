//! What is measured, and the configuration each is measured with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use docspace_emulator::DEFAULT_API_KEY;
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

use super::portal::Portal;
use xtask::cli::{Cli, Sandbox};
use xtask::workspace;

/// How a resource block becomes many webhooks; product §8 allows either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repetition {
    /// By keys, from a map in a file of variables. The CLI evaluates the map for each of them.
    ForEach,
    /// By numbers: the CLI's own work is the least, so the provider's share is the largest.
    Count,
}

impl Repetition {
    /// Returns the meta-argument.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ForEach => "for_each",
            Self::Count => "count",
        }
    }

    /// Reads the name of a meta-argument.
    pub(super) fn of(name: &str) -> Result<Self> {
        match name {
            "for_each" => Ok(Self::ForEach),
            "count" => Ok(Self::Count),
            _ => bail!("webhooks are repeated by for_each or count, not by {name}"),
        }
    }

    /// Turns a configuration that is written with `for_each` into this one.
    fn apply(self, configuration: &str, count: usize, host: &str) -> String {
        match self {
            Self::ForEach => format!("{}\n{configuration}", include_str!("config/webhooks.tf")),
            Self::Count => configuration
                .replace("each.value.name", "\"Webhook ${count.index}\"")
                .replace(
                    "each.value.uri",
                    &format!("\"{}\"", uri(host, "${count.index}")),
                )
                .replace("each.key", "count.index")
                .replace("for_each", "count")
                .replace("var.webhooks", &count.to_string()),
        }
    }
}

/// Returns the variables of a configuration with `for_each`: so many webhooks whose receivers are on this host.
fn variables(count: usize, host: &str) -> Value {
    let webhooks: Map<String, Value> = (0..count)
        .map(|number| {
            let number = number.to_string();
            let webhook = json!({"name": format!("Webhook {number}"), "uri": uri(host, &number)});
            (number, webhook)
        })
        .collect();
    json!({ "webhooks": webhooks })
}

fn uri(host: &str, number: &str) -> String {
    format!("https://{host}/webhooks/{number}")
}

/// What a configuration is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The provider as product §8 measures it: `secret_key_wo` with its version.
    Docspace,
    /// The provider with the version left out, so that it hashes the one secret of all webhooks.
    Automatic,
    /// The same with a secret for each webhook.
    AutomaticEach,
    /// As many API keys instead of webhooks.
    Keys,
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

    /// Returns whether it is another provider.
    pub(super) fn is_peer(self) -> bool {
        matches!(self, Self::Restapi | Self::Restful)
    }

    /// Returns its name in tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Docspace => "docspace",
            Self::Automatic => "docspace, 1 hash",
            Self::AutomaticEach => "docspace, N hashes",
            Self::Keys => "docspace_api_key",
            Self::Floor => "terraform_data",
            Self::Bare => "terraform_data, bare",
            Self::Restapi => "restapi",
            Self::Restful => "restful",
        }
    }

    /// Returns the configuration, written with `for_each`.
    fn configuration(self) -> String {
        let template = match self {
            Self::Docspace | Self::Automatic | Self::AutomaticEach => {
                include_str!("config/docspace.tf")
            }
            Self::Keys => include_str!("config/api_keys.tf"),
            Self::Floor => include_str!("config/terraform_data.tf"),
            Self::Bare => include_str!("config/terraform_data_bare.tf"),
            Self::Restapi => include_str!("config/restapi.tf"),
            Self::Restful => include_str!("config/restful.tf"),
        };
        let version = match self {
            Self::Automatic | Self::AutomaticEach => "null",
            _ => "1",
        };
        let secret = match self {
            Self::Automatic => "\"S3cret-Key\"",
            _ => "\"S3cret-Key-${each.key}\"",
        };
        template
            .replace("VERSION", version)
            .replace("SECRET", secret)
    }

    /// Returns the source address, where there is a program.
    fn source(self) -> Option<&'static str> {
        match self {
            Self::Docspace | Self::Automatic | Self::AutomaticEach | Self::Keys => {
                Some("onlyoffice/docspace")
            }
            Self::Floor | Self::Bare => None,
            Self::Restapi => Some("mastercard/restapi"),
            Self::Restful => Some("magodo/restful"),
        }
    }
}

/// A subject of the measurement: a directory with its state, and a portal if one is needed.
pub(super) struct Subject {
    pub(super) kind: Kind,
    repetition: Repetition,
    pub(super) sandbox: Sandbox,
    pub(super) portal: Option<Portal>,
}

impl Subject {
    /// Prepares an empty directory. The floor has no use for a program or a portal.
    pub(super) fn new(
        kind: Kind,
        repetition: Repetition,
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
            repetition,
            sandbox,
            portal,
        })
    }

    /// Writes the configuration of so many webhooks whose receivers are on this host. Another host
    /// changes every one of them.
    pub(super) fn configure(&self, count: usize, host: &str) -> Result<()> {
        let configuration = self.kind.configuration();
        let text = self.repetition.apply(&configuration, count, host);
        fs::write(self.sandbox.work().join("main.tf"), text)?;
        if self.repetition == Repetition::ForEach {
            let file = self.sandbox.work().join("terraform.tfvars.json");
            fs::write(file, variables(count, host).to_string())?;
        }
        Ok(())
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
    fn every_configuration_can_be_written_with_count() {
        for kind in [
            Kind::Docspace,
            Kind::Automatic,
            Kind::AutomaticEach,
            Kind::Keys,
            Kind::Floor,
            Kind::Bare,
            Kind::Restapi,
            Kind::Restful,
        ] {
            let configuration = kind.configuration();
            assert!(configuration.contains("each.value.uri"), "{configuration}");
            let counted = Repetition::Count.apply(&configuration, 7, "a.example");
            assert!(counted.contains("= 7\n"), "{counted}");
            assert!(
                counted.contains("https://a.example/webhooks/${count.index}"),
                "{counted}"
            );
            assert!(
                !counted.contains("each") && !counted.contains("var.webhooks"),
                "{counted}"
            );
        }
    }

    #[test]
    fn both_repetitions_are_of_the_same_webhooks() {
        let all = variables(12, "a.example");
        let eleventh = all.pointer("/webhooks/11").unwrap();
        assert_eq!(
            eleventh,
            &json!({"name": "Webhook 11", "uri": "https://a.example/webhooks/11"})
        );
        assert_eq!(all["webhooks"].as_object().unwrap().len(), 12);
    }
}
