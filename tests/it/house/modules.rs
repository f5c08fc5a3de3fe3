//! The modules of a crate, without what is compiled for tests only.

use super::paths::{Named, named};
use super::tree::{self, File};

/// A module that is a file.
#[derive(Debug)]
pub struct Module {
    /// Its file, below the project's root.
    pub file: String,
    /// Its path in the crate: `src/framework/value/mod.rs` is `framework::value`, the crate's root is empty.
    pub path: Vec<String>,
    /// Its code.
    pub text: String,
}

impl Module {
    /// Returns the paths that the module names.
    pub fn named(&self) -> Vec<Named> {
        named(&self.path, &self.text)
    }
}

/// Returns the modules of the crate whose sources are in a folder, such as `src`. The program's own file is not one: it
/// uses the library from outside.
pub fn of(sources: &str) -> Vec<Module> {
    let files = tree::files(sources);
    let is_product =
        |file: &&File| file.is_rust() && !is_test(&files, file) && !file.path.ends_with("/main.rs");
    let product = files.iter().filter(is_product);
    product
        .map(|file| Module {
            file: file.path.clone(),
            path: path_of(sources, &file.path),
            text: file.text.clone(),
        })
        .collect()
}

fn is_test(files: &[File], file: &File) -> bool {
    let name = file.path.rsplit('/').next().unwrap().replace(".rs", "");
    let declarations = [
        format!("#[cfg(test)]\nmod {name};"),
        format!("#[cfg(test)]\npub(super) mod {name};"),
    ];
    files.iter().any(|parent| {
        declares(parent, file) && declarations.iter().any(|text| parent.text.contains(text))
    })
}

/// Returns whether a module's file is where the other's is declared.
fn declares(parent: &File, child: &File) -> bool {
    let mut module = path_of("", &child.path);
    module.pop().is_some() && parent.is_rust() && path_of("", &parent.path) == module
}

fn path_of(sources: &str, file: &str) -> Vec<String> {
    let path = file.strip_prefix(sources).unwrap();
    let path = path.trim_start_matches('/').strip_suffix(".rs").unwrap();
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    parts.pop_if(|last| last == "mod" || last == "lib");
    parts
}
