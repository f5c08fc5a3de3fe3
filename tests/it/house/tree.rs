//! The project's own files.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the project.
#[derive(Debug)]
pub struct File {
    /// Its path below the project's root, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl File {
    pub fn is_rust(&self) -> bool {
        self.ends_in("rs")
    }

    pub fn is_markdown(&self) -> bool {
        self.ends_in("md")
    }

    fn ends_in(&self, end: &str) -> bool {
        Path::new(&self.path)
            .extension()
            .is_some_and(|extension| extension == end)
    }
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads one file.
#[track_caller]
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns whether a file or directory exists.
pub fn exists(path: &str) -> bool {
    root().join(path).exists()
}

/// Returns every text file below a directory of the project; `""` is the root.
///
/// Left out is what is not source: build products, the repository itself, and what Terraform
/// leaves behind when a person tries an example.
pub fn files(directory: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(directory)];
    while let Some(directory) = waiting.pop() {
        let entries = fs::read_dir(&directory)
            .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        for path in entries.map(|entry| entry.unwrap().path()) {
            if is_left_out(&path) {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = relative(&path);
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "{directory:?} has no files");
    found
}

fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    matches!(
        &*name,
        "target" | ".git" | ".terraform" | ".terraform.lock.hcl"
    ) || name.contains(".tfstate")
}

fn relative(path: &Path) -> String {
    let parts: PathBuf = path.strip_prefix(root()).unwrap().into();
    parts.to_str().unwrap().replace('\\', "/")
}
