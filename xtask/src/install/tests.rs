//! The mirror's files, and what people are told. Whether the CLI finds them is up to
//! `tests/acc/readme.rs`.

use super::*;

const ZIP: &str = "terraform-provider-docspace_1.2.3_linux_amd64.zip";

fn platform() -> Platform {
    Platform::of(Some("x86_64-unknown-linux-musl")).unwrap()
}

/// Every file below a directory, with its path from there.
fn files(root: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut waiting) = (Vec::new(), vec![root.to_owned()]);
    while let Some(directory) = waiting.pop() {
        for entry in directory.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy();
                found.push((name.replace('\\', "/"), std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_archive_of_a_release_lies_where_both_clis_look() {
    let mirror = tempfile::tempdir().unwrap();
    let release = Release::example("1.2.3", b"a program");
    put(&release, &platform(), mirror.path()).unwrap();
    let archive = release.archive(&platform()).unwrap();
    let expected = ["registry.opentofu.org", "registry.terraform.io"].map(|registry| {
        let name = format!("{registry}/onlyoffice/docspace/{ZIP}");
        (name, archive.clone())
    });
    assert_eq!(files(mirror.path()), expected);
}

#[test]
fn a_second_build_replaces_the_first_and_nothing_else() {
    let mirror = tempfile::tempdir().unwrap();
    let place = mirror
        .path()
        .join("registry.terraform.io/onlyoffice/docspace");
    let kept = ["0.9.0/linux_amd64/old", "1.2.3/darwin_arm64/other"];
    for file in kept.into_iter().chain(["1.2.3/linux_amd64/unpacked"]) {
        let file = place.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, "").unwrap();
    }
    for program in ["first", "second"] {
        let release = Release::example("1.2.3", program.as_bytes());
        put(&release, &platform(), mirror.path()).unwrap();
    }
    let found = files(&place);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [kept[0], kept[1], ZIP]);
    let program = crate::zip::read(&found[2].1, "terraform-provider-docspace_v1.2.3").unwrap();
    assert_eq!(program, b"second");
}

#[test]
fn what_is_uninstalled_leaves_nothing_and_takes_nothing_of_others() {
    let mirror = tempfile::tempdir().unwrap();
    let other = "registry.terraform.io/hashicorp/random/other.zip";
    std::fs::create_dir_all(mirror.path().join(other).parent().unwrap()).unwrap();
    std::fs::write(mirror.path().join(other), "").unwrap();
    put(&Release::example("1.2.3", b""), &platform(), mirror.path()).unwrap();

    assert_eq!(remove(mirror.path()).unwrap().len(), 2);
    assert_eq!(files(mirror.path()), [(other.to_owned(), Vec::new())]);
    assert!(!mirror.path().join("registry.opentofu.org").exists());
    assert!(
        !mirror
            .path()
            .join("registry.terraform.io/onlyoffice")
            .exists()
    );
    assert!(remove(mirror.path()).unwrap().is_empty());
}

#[test]
fn a_configuration_that_says_where_providers_come_from_is_in_the_way() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join(".terraformrc");
    assert!(!is_in_the_way(&config));
    for (text, expected) in [
        ("plugin_cache_dir = \"/cache\"\n", false),
        ("# provider_installation {}\n", false),
        ("\n  provider_installation {\n  direct {}\n}\n", true),
    ] {
        std::fs::write(&config, text).unwrap();
        assert_eq!(is_in_the_way(&config), expected, "{text}");
    }
}
