//! Who may name whom: the floors of ARCHITECTURE.md, checked against every path in `src/`.
//!
//! A new arrow between floors, or a new crate on a floor, is a change of the table below, and is
//! reviewed as such.

use std::collections::{BTreeMap, BTreeSet};

use super::modules;
use super::paths::Named;
use super::tree;

/// Modules that stand on one level, what they may name of ours and which crates.
///
/// Everything may name std and the modules of its own floor.
struct Floor {
    name: &'static str,
    modules: &'static [&'static str],
    floors: &'static [&'static str],
    crates: &'static [&'static str],
}

const FLOORS: [Floor; 9] = [
    Floor {
        name: "wire",
        modules: &["wire"],
        floors: &[],
        crates: &["tonic"],
    },
    Floor {
        name: "vocabulary",
        modules: &[
            "framework::value",
            "framework::schema",
            "framework::path",
            "framework::diagnostics",
            "framework::private_state",
            "framework::environment",
        ],
        floors: &[],
        crates: &[
            "icu_normalizer",
            "rmp",
            "secrecy",
            "serde",
            "serde_json",
            "thiserror",
        ],
    },
    Floor {
        name: "traits",
        modules: &[
            "framework::resource",
            "framework::data_source",
            "framework::action",
            "framework::ephemeral",
            "framework::list_resource",
            "framework::function",
            "framework::provider",
        ],
        floors: &["vocabulary"],
        crates: &["async_trait", "serde_json", "tokio", "tokio_util"],
    },
    Floor {
        name: "engine",
        modules: &["framework::server"],
        floors: &["vocabulary", "traits"],
        crates: &["serde_json", "tokio", "tokio_util"],
    },
    Floor {
        name: "log",
        modules: &["framework::log"],
        floors: &["vocabulary"],
        crates: &["serde_json", "time", "tracing", "tracing_subscriber"],
    },
    Floor {
        name: "protocol",
        modules: &["framework::protocol"],
        floors: &["wire", "vocabulary", "traits", "engine", "plugin"],
        crates: &[
            "getrandom",
            "secrecy",
            "serde_json",
            "tokio",
            "tokio_stream",
            "tonic",
            "tracing",
        ],
    },
    Floor {
        name: "plugin",
        modules: &["framework::plugin"],
        floors: &["wire", "vocabulary", "log"],
        crates: &[
            "base64",
            "getrandom",
            "lexopt",
            "rcgen",
            "rustls",
            "serde_json",
            "thiserror",
            "tokio",
            "tokio_rustls",
            "tokio_stream",
            "tokio_util",
            "tonic",
            "tracing",
        ],
    },
    Floor {
        name: "api",
        modules: &["api"],
        floors: &[],
        crates: &[
            "backon",
            "base64",
            "bytes",
            "httpdate",
            "flate2",
            "hyper",
            "hyper_util",
            "icu_normalizer",
            "postcard",
            "reqwest",
            "rustls",
            "rustls_platform_verifier",
            "secrecy",
            "serde",
            "serde_json",
            "thiserror",
            "time",
            "tokio",
            "tokio_rustls",
            "tokio_util",
            "tracing",
            "url",
            "webpki",
        ],
    },
    Floor {
        name: "provider",
        modules: &["provider"],
        floors: &["vocabulary", "traits", "api"],
        crates: &[
            "argon2",
            "async_trait",
            "base64",
            "elsa",
            "getrandom",
            "hmac",
            "jiff",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "strsim",
            "thiserror",
            "time",
            "tokio",
            "tracing",
            "url",
        ],
    },
];

/// Crates that only the generated code below `wire` names, which is not in `src/`.
const GENERATED: [&str; 3] = ["prost", "prost_types", "tonic_prost"];

/// The modules above all floors: they put the program, and its fuzz targets, together.
const ROOF: [&str; 3] = ["", "framework", "fuzzing"];

#[test]
fn every_module_names_only_the_floors_below_it() {
    let mut broken = BTreeSet::new();
    for Named { by, path } in paths() {
        let (Some(from), ["crate", of @ ..]) = (
            floor_of(&by),
            &path.iter().map(String::as_str).collect::<Vec<_>>()[..],
        ) else {
            continue;
        };
        let of: Vec<String> = of.iter().map(|&part| part.to_owned()).collect();
        let Some(to) = floor_of(&of) else { continue };
        if to.name != from.name && !from.floors.contains(&to.name) {
            broken.insert(format!("{} names {}", by.join("::"), path.join("::")));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_crate_is_named_only_where_the_table_says() {
    let crates = dependencies();
    let paths = paths();
    // After `use tokio::time`, `time::sleep` is not of the crate `time`.
    let imported: BTreeSet<(&[String], &str)> = paths
        .iter()
        .filter(|named| named.path.first() != named.path.last())
        .filter_map(|named| Some((named.by.as_slice(), named.path.last()?.as_str())))
        .collect();
    let mut broken = BTreeSet::new();
    let mut used: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for Named { by, path } in &paths {
        let first = &path[0];
        let Some(floor) = floor_of(by) else { continue };
        if !crates.contains(first) || imported.contains(&(by.as_slice(), first.as_str())) {
            continue;
        }
        used.entry(floor.name).or_default().insert(first.clone());
        if !floor.crates.contains(&first.as_str()) {
            broken.insert(format!("{} names {}", by.join("::"), path.join("::")));
        }
    }
    for floor in &FLOORS {
        let used = used.get(floor.name);
        let is_idle = |name: &&&str| used.is_none_or(|used| !used.contains(**name));
        for name in floor.crates.iter().filter(is_idle) {
            broken.insert(format!("{} no longer names {name}", floor.name));
        }
    }
    for name in &crates {
        let is_named = paths.iter().any(|named| named.path[0] == *name);
        if !is_named && !GENERATED.contains(&name.as_str()) {
            broken.insert(format!("nothing names the dependency {name}"));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_module_stands_on_a_floor() {
    let homeless: BTreeSet<String> = modules::of("src")
        .into_iter()
        .map(|module| module.path)
        .filter(|module| !ROOF.contains(&module.join("::").as_str()) && floor_of(module).is_none())
        .map(|module| module.join("::"))
        .collect();
    assert!(homeless.is_empty(), "not in the table: {homeless:#?}");
    for module in FLOORS.iter().flat_map(|floor| floor.modules) {
        let path = format!("src/{}", module.replace("::", "/"));
        assert!(
            tree::exists(&path) || tree::exists(&format!("{path}.rs")),
            "the table names {module}, which does not exist"
        );
    }
}

#[test]
fn the_process_environment_is_read_in_one_file() {
    const READS: [&str; 6] = ["var", "var_os", "vars", "vars_os", "set_var", "remove_var"];
    let readers: BTreeSet<String> = paths()
        .into_iter()
        .filter(|named| {
            named
                .path
                .windows(2)
                .any(|pair| pair[0] == "env" && READS.contains(&pair[1].as_str()))
        })
        .map(|named| named.by.join("::"))
        .collect();
    assert_eq!(
        readers,
        BTreeSet::from(["framework::environment".to_owned()])
    );
}

/// The table is only as good as what is found, so what must be found is asserted.
#[test]
fn the_walk_finds_arrows_that_are_known_to_exist() {
    let paths = paths();
    let has = |by: &str, path: &str| {
        paths
            .iter()
            .any(|named| named.by.join("::") == by && named.path.join("::").starts_with(path))
    };
    assert!(has("provider", "crate::api"));
    assert!(has("framework::protocol::service", "crate::wire"));
    assert!(has("framework::server::plan", "crate::framework"));
    assert!(has("api::http::client", "reqwest::"));
}

fn paths() -> Vec<Named> {
    let modules = modules::of("src");
    modules.iter().flat_map(modules::Module::named).collect()
}

fn floor_of(module: &[String]) -> Option<&'static Floor> {
    let module = format!("{}::", module.join("::"));
    FLOORS.iter().find(|floor| {
        let mut modules = floor.modules.iter();
        modules.any(|own| module.starts_with(&format!("{own}::")))
    })
}

/// The crates that the product depends on, as code names them.
fn dependencies() -> BTreeSet<String> {
    let manifest = tree::read("Cargo.toml");
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap();
    let lines = section.lines().take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split(['.', ' ', '=']).next());
    let names = names.filter(|name| !name.is_empty() && !name.starts_with('#'));
    names.map(|name| name.replace('-', "_")).collect()
}
