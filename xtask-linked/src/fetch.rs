//! Downloading a release: nothing is written before every byte has been verified.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use reqwest::Client;

use crate::release::{self, Release, SERVER, VERSION};
use xtask::checksum::sha256;
use xtask::cli::Cli;
use xtask::{report, workspace, zip};

/// The most that an archive may have; releases have some 30 MB.
const MOST: usize = 200_000_000;
/// How long the server may stay silent.
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts the pinned release where `cargo xtask terraform` looks for it.
pub(crate) fn run() -> Result<ExitCode> {
    let program = Cli::fetched(&workspace::target()?);
    let release = release::of_this_machine()?;
    report(&format!("Fetching Terraform {VERSION} from {SERVER} …"));
    let runtime = tokio::runtime::Runtime::new()?;
    let fetched = fetch(SERVER, &release, &program, |percent| {
        report(&format!("{percent:>4} %"));
    });
    runtime.block_on(fetched)?;
    Ok(ExitCode::SUCCESS)
}

/// Downloads a release, verifies it and puts its program there. Tells how far it is in steps of ten
/// percent.
async fn fetch(
    server: &str,
    release: &Release,
    program: &Path,
    progress: impl Fn(usize),
) -> Result<()> {
    let url = release.url(server);
    let archive = download(&url, progress).await.with_context(|| {
        format!(
            "Could not download {url}. Without a network, install Terraform or OpenTofu another way and \
             put it on the PATH; nothing was installed"
        )
    })?;
    let found = sha256(&archive);
    if found != release.sha256 {
        bail!(
            "What {url} answers is not the release that is pinned here: its SHA-256 is {found}, expected \
             {}. Nothing was installed.",
            release.sha256
        );
    }
    let content = zip::read(&archive, "terraform").with_context(|| url.clone())?;
    install(&content, program).with_context(|| program.display().to_string())
}

async fn download(url: &str, progress: impl Fn(usize)) -> Result<Vec<u8>> {
    // Somebody may have installed one before, which is as good.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let client = Client::builder()
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .build()?;
    let mut response = client.get(url).send().await?.error_for_status()?;
    let announced = response.content_length();
    let announced = announced
        .and_then(|length| usize::try_from(length).ok())
        .filter(|&length| length > 0);
    let mut archive = Vec::new();
    let mut told = 0;
    while let Some(chunk) = response.chunk().await? {
        archive.extend_from_slice(&chunk);
        if archive.len() > MOST {
            bail!("it is larger than {MOST} bytes");
        }
        if let Some(all) = announced {
            let percent = archive.len() * 100 / all / 10 * 10;
            if percent > told {
                told = percent;
                progress(percent);
            }
        }
    }
    Ok(archive)
}

/// Puts a program in place in one step, so that no other process sees half of it.
fn install(content: &[u8], program: &Path) -> Result<()> {
    let directory = program.parent().context("no directory")?;
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    std::io::Write::write_all(&mut file, content)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file()
            .set_permissions(std::fs::Permissions::from_mode(0o755))?;
    }
    file.persist(program)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Serves one answer on loopback, byte for byte, and returns the server's address.
    fn serve(answer: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                request.extend(byte);
            }
            stream.write_all(&answer).unwrap();
        });
        format!("http://{address}")
    }

    fn answer(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
        let head =
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    fn archive() -> Vec<u8> {
        let mut archive = zip::Writer::default();
        archive.add("LICENSE.txt", b"a licence", 0o644).unwrap();
        archive.add("terraform", b"a program", 0o755).unwrap();
        archive.finish().unwrap()
    }

    /// Fetches from a server, and returns what was installed.
    fn run(server: &str, sha256: &str) -> Result<Vec<u8>> {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("cli").join("terraform");
        let release = Release::for_tests(sha256.to_owned());
        let steps = AtomicUsize::new(0);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let fetched = runtime.block_on(fetch(server, &release, &program, |percent| {
            steps.fetch_add(1, Ordering::Relaxed);
            assert!(percent <= 100 && percent % 10 == 0);
        }));
        let left = program
            .parent()
            .unwrap()
            .read_dir()
            .map(Iterator::count)
            .unwrap_or_default();
        match fetched {
            Ok(()) => {
                assert!(steps.into_inner() > 0);
                assert_eq!(left, 1);
                Ok(std::fs::read(&program).unwrap())
            }
            Err(error) => {
                assert_eq!(left, 0, "something was left behind");
                Err(error)
            }
        }
    }

    #[track_caller]
    fn refuses(server: &str, sha256: &str, reason: &str) {
        let error = format!("{:#}", run(server, sha256).unwrap_err());
        assert!(error.contains(reason), "{error}");
        assert!(
            error.to_lowercase().contains("nothing was installed"),
            "{error}"
        );
    }

    #[test]
    fn a_verified_program_is_installed() {
        let archive = archive();
        let checksum = sha256(&archive);
        let server = serve(answer("200 OK", archive.len(), &archive));
        assert_eq!(run(&server, &checksum).unwrap(), b"a program");
    }

    #[test]
    fn another_checksum_is_refused_with_both() {
        let archive = archive();
        let server = serve(answer("200 OK", archive.len(), &archive));
        let expected = "0".repeat(64);
        refuses(&server, &expected, &format!("expected {expected}"));
    }

    #[test]
    fn a_cut_download_is_refused() {
        let archive = archive();
        let checksum = sha256(&archive);
        let server = serve(answer("200 OK", archive.len() + 1, &archive));
        refuses(&server, &checksum, "Could not download");
    }

    #[test]
    fn an_error_of_the_server_and_no_server_at_all_are_told() {
        refuses(&serve(answer("404 Not Found", 0, b"")), "", "404");
        // The port is taken, and nobody listens.
        let taken = tokio::net::TcpSocket::new_v4().unwrap();
        taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let nobody = format!("http://{}", taken.local_addr().unwrap());
        refuses(&nobody, "", "put it on the PATH");
    }
}
