//! The one release that is fetched, pinned by the checksums its publisher lists.

use anyhow::{Result, bail};

/// The release, which is the one that CI runs with.
pub(crate) const VERSION: &str = "1.11.4";
/// Who publishes it.
pub(crate) const SERVER: &str = "https://releases.hashicorp.com";

/// The archive for one kind of machine.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    /// System and architecture by their names in Go.
    platform: &'static str,
    /// The SHA-256 of the archive in hexadecimal digits.
    pub(crate) sha256: String,
}

/// What `terraform_1.11.4_SHA256SUMS` lists.
const RELEASES: [(&str, &str); 4] = [
    (
        "darwin_amd64",
        "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b",
    ),
    (
        "darwin_arm64",
        "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18",
    ),
    (
        "linux_amd64",
        "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc",
    ),
    (
        "linux_arm64",
        "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633",
    ),
];

impl Release {
    /// Returns the archive's address on a server.
    pub(crate) fn url(&self, server: &str) -> String {
        let platform = self.platform;
        format!("{server}/terraform/{VERSION}/terraform_{VERSION}_{platform}.zip")
    }

    /// Returns a release for tests, with a checksum of their own.
    #[cfg(test)]
    pub(crate) fn for_tests(sha256: String) -> Self {
        Self {
            platform: "linux_amd64",
            sha256,
        }
    }
}

/// Returns the archive for this machine.
pub(crate) fn of_this_machine() -> Result<Release> {
    find(std::env::consts::OS, std::env::consts::ARCH)
}

fn find(system: &str, architecture: &str) -> Result<Release> {
    let platform = match (system, architecture) {
        ("linux", "x86_64") => "linux_amd64",
        ("linux", "aarch64") => "linux_arm64",
        ("macos", "x86_64") => "darwin_amd64",
        ("macos", "aarch64") => "darwin_arm64",
        _ => "",
    };
    match RELEASES.iter().find(|(name, _)| *name == platform) {
        Some((platform, sha256)) => Ok(Release {
            platform,
            sha256: (*sha256).to_owned(),
        }),
        None => bail!(
            "No release for {system} on {architecture} is pinned here. Install Terraform yourself \
             (https://developer.hashicorp.com/terraform/install) and put it on the PATH."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_have_the_names_of_the_release_server() {
        let release = find("linux", "x86_64").unwrap();
        assert_eq!(
            release.url("https://a"),
            "https://a/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip"
        );
        assert_eq!(find("macos", "aarch64").unwrap().platform, "darwin_arm64");
    }

    #[test]
    fn every_checksum_is_a_sha256() {
        for (platform, sha256) in RELEASES {
            let is_hex = sha256.chars().all(|digit| digit.is_ascii_hexdigit());
            assert!(is_hex && sha256.len() == 64, "{platform}");
        }
    }

    #[test]
    fn another_machine_gets_a_sentence() {
        let error = find("plan9", "mips").unwrap_err().to_string();
        assert!(
            error.contains("plan9 on mips") && error.contains("Install Terraform"),
            "{error}"
        );
    }
}
