//! The README and *Getting started* as a newcomer follows them: from the clone to an apply in an empty
//! directory elsewhere, with `init` and a lock file and without a development override.
//!
//! `cargo xtask install` gets the program under test, because a release build takes minutes;
//! `DOCSPACE_TEST_FULL` lets it build one.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::{Case, Run, needs};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of code of a page's section, in order: language and text.
fn blocks(page: &str, section: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join(page)).unwrap();
    let (_, rest) = page.split_once(&format!("\n## {section}\n")).unwrap();
    let section = rest.split("\n## ").next().unwrap();
    let parts = section.split("```").skip(1).step_by(2);
    parts
        .map(|part| part.split_once('\n').unwrap())
        .map(|(language, text)| (language.to_owned(), text.to_owned()))
        .collect()
}

/// A newcomer's machine: an empty directory, a portal, and a CLI that installs providers as it does
/// for anybody.
fn newcomer() -> Case {
    let mut case = Case::new();
    case.remove("versions.tf");
    // Nothing but the file in the home directory, which is not there.
    case.set("TF_CLI_CONFIG_FILE", "");
    case
}

/// Runs a command of the clone, as it is written, with the newcomer's home directory.
#[track_caller]
fn in_the_clone(case: &Case, line: &str, more: &[&str]) -> Run {
    let mut words = line.split(' ');
    assert_eq!(words.next(), Some("cargo"), "{line}");
    let mut command = Command::new(env!("CARGO"));
    command.args(words);
    if line.contains(" install") && std::env::var_os("DOCSPACE_TEST_FULL").is_none() {
        let ours = env!("CARGO_BIN_EXE_terraform-provider-docspace");
        command.args(["--provider", ours]);
    }
    // The toolchain is the developer's.
    for (variable, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let usual = || std::env::home_dir().unwrap().join(folder).into_os_string();
        let home: OsString = std::env::var_os(variable).unwrap_or_else(usual);
        command.env(variable, home);
    }
    command
        .args(more)
        .current_dir(root())
        .env("HOME", case.home())
        .env("APPDATA", case.home())
        .env_remove("TF_CLI_CONFIG_FILE")
        .stdin(Stdio::null());
    // Without a limit of time: a release build takes minutes.
    Run::new(line.to_owned(), command.output().unwrap()).succeeds()
}

/// Runs the CLI's commands of a block, and confirms what it would ask.
#[track_caller]
fn run(case: &Case, commands: &str) {
    for line in commands.lines() {
        let args = line.strip_prefix("terraform ").unwrap();
        let mut args: Vec<&str> = args.split(' ').collect();
        if args.first() == Some(&"apply") {
            args.push("-auto-approve");
        }
        case.run(&args).succeeds();
    }
}

fn lock(case: &Case) -> String {
    String::from_utf8(case.read(".terraform.lock.hcl")).unwrap()
}

#[test]
fn the_readme_leads_from_the_clone_to_a_webhook_in_an_empty_directory_elsewhere() {
    needs!("1.11", "secret_key_wo in the README");
    let mut case = newcomer();
    let install = blocks("README.md", "Install it");
    let [(_, install)] = install.as_slice() else {
        panic!("{install:?}");
    };
    in_the_clone(&case, install.trim_end(), &[])
        .says("no version is looked up in a registry until cargo xtask uninstall");

    let used = blocks("README.md", "Use it with your portal");
    let [(_, exports), (language, configuration), (_, commands)] = used.as_slice() else {
        panic!("{used:?}");
    };
    for export in exports.lines() {
        let export = export.strip_prefix("export ").unwrap();
        let (variable, _) = export.split_once('=').unwrap();
        // Address and key are those of the portal here.
        match variable {
            "DOCSPACE_BASE_URL" | "DOCSPACE_API_KEY" => {}
            other => case.set(other, "Un1ted-Nati0ns-1945!"),
        }
    }
    assert_eq!(language, "hcl");
    // So is the portal that is allowed.
    let here = case.portal.base_url().replace("http://", "");
    assert!(configuration.contains("yourportal.onlyoffice.com"));
    case.write(
        "main.tf",
        configuration.replace("yourportal.onlyoffice.com", &here),
    );
    run(&case, commands);

    assert_eq!(case.portal.webhooks().len(), 1);
    assert!(case.portal.secret_is(1, "Un1ted-Nati0ns-1945!"));
    assert!(lock(&case).contains("\"h1:"), "{}", lock(&case));
    case.plan().finds_no_changes();
    case.destroy().succeeds();

    in_the_clone(&case, "cargo xtask uninstall", &[]).says("look it up in their registries again");
    let plugins = case.home().join(".terraform.d").join("plugins");
    assert!(!plugins.exists() || fs::read_dir(plugins).unwrap().next().is_none());
}

#[test]
fn a_team_takes_the_build_of_the_lock_file_from_its_mirror() {
    let mut case = newcomer();
    let mirror = case.home().join("providers");
    let ours = mirror.to_str().unwrap().replace('\\', "/");
    let used = blocks(
        "docs/guides/getting-started.md",
        "In a pipeline and in a team",
    );
    let [(_, install), (_, configuration), (_, locking)] = used.as_slice() else {
        panic!("{used:?}");
    };
    let here = |text: &str| text.replace("/srv/terraform/providers", &ours);
    in_the_clone(&case, &here(install.trim_end()), &[]).says(&here(configuration));

    let quickstart = root().join("examples/quickstart/main.tf");
    case.write("main.tf", fs::read_to_string(quickstart).unwrap());
    let config: PathBuf = case.path("mirror.tfrc");
    fs::write(&config, here(configuration)).unwrap();
    case.set("TF_CLI_CONFIG_FILE", config.to_str().unwrap());
    // It warns that it knows the checksum for this platform alone.
    case.run(&["init"]).succeeds();
    let locked = lock(&case);
    assert!(locked.contains("\"h1:"), "{locked}");

    // What was locked from the mirror is what init found.
    case.remove(".terraform.lock.hcl");
    let locking = here(locking.trim_end());
    let locking = locking.strip_prefix("terraform ").unwrap();
    let other_platforms = |word: &&str| !word.starts_with("-platform=");
    let args: Vec<&str> = locking.split(' ').filter(other_platforms).collect();
    case.run(&args).succeeds();
    let hash = |text: &str| {
        let line = text.lines().find(|line| line.contains("\"h1:")).unwrap();
        line.trim().to_owned()
    };
    assert_eq!(hash(&lock(&case)), hash(&locked));
    case.run(&["init", "-lockfile=readonly"]).succeeds();
}

/// The target is not on every machine, so the program is that of this one.
#[test]
fn a_build_for_images_goes_where_the_platform_is_looked_for() {
    let case = newcomer();
    let mirror = case.home().join("providers");
    let used = blocks("docs/guides/getting-started.md", "In a container image");
    let [(_, commands)] = used.as_slice() else {
        panic!("{used:?}");
    };
    let install = commands.lines().last().unwrap();
    let path = mirror.to_str().unwrap().replace('\\', "/");
    let install = install.replace("/srv/terraform/providers", &path);
    let version = env!("CARGO_PKG_VERSION");
    let archive = format!("terraform-provider-docspace_{version}_linux_amd64.zip");
    let place = mirror.join("registry.terraform.io/onlyoffice/docspace");
    let ours = env!("CARGO_BIN_EXE_terraform-provider-docspace");
    in_the_clone(&case, &install, &["--provider", ours]);
    assert!(place.join(archive).is_file(), "{}", place.display());
}
