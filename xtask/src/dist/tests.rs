//! Releases as the CLI meets them: `terraform init` from mirrors, with the real CLI (TPP §10.3).

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::checksum::sha256;
use crate::cli::{Cli, Sandbox};

const VERSION: &str = "1.2.3";
/// Where packages of the provider are in a mirror.
const PLACE: &str = "registry.terraform.io/onlyoffice/docspace";
const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    docspace = {
      source = "registry.terraform.io/onlyoffice/docspace"
    }
  }
}
"#;

fn platform() -> Platform {
    Platform::of(None).unwrap()
}

impl Release {
    /// A release whose program is these bytes: `init` does not run it.
    pub(crate) fn example(version: &str, program: &[u8]) -> Self {
        Self {
            version: version.to_owned(),
            program: program.to_vec(),
            license: b"a licence".to_vec(),
            notices: "licences".to_owned(),
            components: "{}".to_owned(),
            manifest: b"{}".to_vec(),
        }
    }
}

fn release(program: &[u8]) -> Release {
    Release::example(VERSION, program)
}

fn zip_name() -> String {
    let platform = platform().name;
    format!("{}_{VERSION}_{platform}.zip", workspace::PROVIDER)
}

/// A directory in which `init` runs with one way to install providers.
struct Project {
    sandbox: Sandbox,
}

impl Project {
    fn new(installation: &str) -> Self {
        let target = workspace::target().unwrap();
        let cli = Cli::find(&target).unwrap();
        let unused = tempfile::NamedTempFile::new().unwrap();
        let sandbox = Sandbox::new(cli, &target, unused.path()).unwrap();
        let config = sandbox.root().join("mirror.tfrc");
        let text = format!("provider_installation {{\n{installation}\n}}\n");
        std::fs::write(config, text).unwrap();
        std::fs::write(sandbox.work().join("main.tf"), CONFIGURATION).unwrap();
        Self { sandbox }
    }

    fn init(&self, variables: &[(&str, &Path)]) -> Output {
        let config = self.sandbox.root().join("mirror.tfrc");
        let mut command = self.sandbox.command(["init"]);
        command.env("TF_CLI_CONFIG_FILE", config);
        command.envs(variables.iter().copied()).output().unwrap()
    }

    /// Forgets what was installed, but not its checksums.
    fn uninstall(&self) {
        std::fs::remove_dir_all(self.sandbox.work().join(".terraform")).unwrap();
    }

    fn lock(&self) -> String {
        std::fs::read_to_string(self.sandbox.work().join(".terraform.lock.hcl")).unwrap()
    }
}

#[track_caller]
fn succeeds(output: &Output) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
}

#[track_caller]
fn fails(output: &Output, reason: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    // The CLI breaks lines wherever they are full.
    let words: Vec<&str> = error
        .split(|c: char| c.is_whitespace() || c == '│')
        .collect();
    let text = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    assert!(!output.status.success() && text.contains(reason), "{error}");
}

#[test]
fn init_takes_a_release_from_a_directory_and_refuses_another_one_of_the_same_version() {
    let mirror = tempfile::tempdir().unwrap();
    let place = mirror.path().join(PLACE);
    std::fs::create_dir_all(&place).unwrap();
    let zip = place.join(zip_name());
    std::fs::write(&zip, release(b"a program").archive(&platform()).unwrap()).unwrap();
    let project = Project::new(&format!(
        "  filesystem_mirror {{\n    path = {:?}\n  }}",
        mirror.path()
    ));
    succeeds(&project.init(&[]));
    assert!(project.lock().contains("h1:"), "{}", project.lock());

    project.uninstall();
    std::fs::write(
        &zip,
        release(b"another program").archive(&platform()).unwrap(),
    )
    .unwrap();
    fails(&project.init(&[]), "doesn't match any of the checksums");

    std::fs::write(&zip, release(b"a program").archive(&platform()).unwrap()).unwrap();
    succeeds(&project.init(&[]));
}

#[test]
#[cfg(target_os = "linux")]
fn init_takes_a_release_from_a_network_mirror_and_refuses_one_with_another_checksum() {
    let mirror = tempfile::tempdir().unwrap();
    let place = mirror.path().join(PLACE);
    std::fs::create_dir_all(&place).unwrap();
    let archive = release(b"a program").archive(&platform()).unwrap();
    let versions = json!({"versions": {VERSION: {}}});
    let archives = json!({"archives": {platform().name: {
        "url": zip_name(),
        "hashes": [format!("zh:{}", sha256(&archive))],
    }}});
    std::fs::write(place.join("index.json"), versions.to_string()).unwrap();
    std::fs::write(place.join(format!("{VERSION}.json")), archives.to_string()).unwrap();

    let runtime = Runtime::new().unwrap();
    let (address, certificate) = runtime.block_on(serve(mirror.path().to_owned()));
    let trusted = mirror.path().join("certificate.pem");
    std::fs::write(&trusted, certificate).unwrap();
    let project = Project::new(&format!(
        "  network_mirror {{\n    url = \"https://localhost:{}/\"\n  }}",
        address.port()
    ));
    let trust: [(&str, &Path); 1] = [("SSL_CERT_FILE", &trusted)];

    let zip = place.join(zip_name());
    std::fs::write(
        &zip,
        release(b"another program").archive(&platform()).unwrap(),
    )
    .unwrap();
    fails(&project.init(&trust), "checksum");

    std::fs::write(&zip, archive).unwrap();
    succeeds(&project.init(&trust));
    assert!(project.lock().contains("h1:"), "{}", project.lock());
}

/// Serves the files of a directory over https, and returns the address and the certificate.
async fn serve(directory: PathBuf) -> (SocketAddr, String) {
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(own.signing_key.serialize_der()));
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = tokio::net::TcpListener::bind(any_port).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, directory) = (acceptor.clone(), directory.clone());
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(stream.read_u8().await.unwrap());
                }
                stream.write_all(&answer(&directory, &head)).await.unwrap();
                stream.shutdown().await.unwrap();
            });
        }
    });
    (address, own.cert.pem())
}

fn answer(directory: &Path, head: &[u8]) -> Vec<u8> {
    let head = String::from_utf8_lossy(head);
    let path = head.split(' ').nth(1).unwrap().trim_start_matches('/');
    let (status, body) = match std::fs::read(directory.join(path)) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let is_json = Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "json");
    let ty = if is_json {
        "application/json"
    } else {
        "application/zip"
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {ty}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    [head.into_bytes(), body].concat()
}

#[test]
fn a_release_has_the_files_and_names_of_the_registry() {
    let out = tempfile::tempdir().unwrap();
    std::fs::write(
        out.path()
            .join("terraform-provider-docspace_0.0.9_linux_amd64.zip"),
        "old",
    )
    .unwrap();
    let platform = Platform::of(Some("aarch64-apple-darwin")).unwrap();
    release(b"for one").write(&platform, out.path()).unwrap();
    let windows = Platform::of(Some("x86_64-pc-windows-msvc")).unwrap();
    let sums = release(b"for two").write(&windows, out.path()).unwrap();

    let sums = std::fs::read_to_string(sums).unwrap();
    let names: Vec<&str> = sums
        .lines()
        .map(|line| line.split_once("  ").unwrap().1)
        .collect();
    assert_eq!(
        names,
        [
            "terraform-provider-docspace_1.2.3_darwin_arm64.cdx.json",
            "terraform-provider-docspace_1.2.3_darwin_arm64.zip",
            "terraform-provider-docspace_1.2.3_manifest.json",
            "terraform-provider-docspace_1.2.3_windows_amd64.cdx.json",
            "terraform-provider-docspace_1.2.3_windows_amd64.zip",
        ]
    );
    for line in sums.lines() {
        let (checksum, name) = line.split_once("  ").unwrap();
        assert_eq!(
            checksum,
            sha256(&std::fs::read(out.path().join(name)).unwrap())
        );
    }
    let zip = std::fs::read(out.path().join(names[4])).unwrap();
    let program = crate::zip::read(&zip, "terraform-provider-docspace_v1.2.3.exe").unwrap();
    assert_eq!(program, b"for two");
    assert!(crate::zip::read(&zip, "LICENSE.txt").is_ok());
}

#[test]
fn a_release_names_everything_that_is_linked_into_it() {
    let packages = notices::packages(&platform()).unwrap();
    let text = notices::text(&packages).unwrap();
    let components = notices::components(VERSION, &packages);
    for linked in ["aws-lc-rs", "rustls", "tokio", "tonic", "reqwest"] {
        assert!(
            text.contains(&format!("\n{linked} ")),
            "{linked} has no licence"
        );
        assert!(
            components.contains(&format!("\"name\": \"{linked}\"")),
            "{linked}"
        );
    }
    for absent in [
        "proptest",
        "tonic-prost-build",
        "serde_derive",
        "docspace-emulator",
    ] {
        assert!(
            !components.contains(&format!("\"name\": \"{absent}\"")),
            "{absent}"
        );
    }
    assert!(text.contains("Permission is hereby granted"));
    let components: serde_json::Value = serde_json::from_str(&components).unwrap();
    assert_eq!(components["specVersion"], "1.5");
}
