//! What every file keeps to.

use super::tree::{self, File};

/// Past this a file is split, unless its head comment says why not, with these words.
const MAX_LINES: usize = 600;
const REASON: &str = "Long because";

#[test]
fn no_rust_file_is_longer_than_600_lines_without_a_reason() {
    check_rust(|file| {
        let head = file.text.lines().take_while(|line| line.starts_with("//!"));
        let lines = file.text.lines().count();
        let has_reason = head.collect::<String>().contains(REASON);
        (lines > MAX_LINES && !has_reason).then(|| {
            format!("has {lines} lines: split it, or write \"//! {REASON} …\" at its head")
        })
    });
}

/// Tests may say it where the module is declared; `tests.rs` is of the file it stands beside.
#[test]
fn every_rust_file_says_what_it_is_for() {
    check_rust(|file| {
        let begins = file.text.strip_prefix("//! ");
        let says_something = begins.is_some_and(|rest| rest.len() > 10)
            || file.path.ends_with("/tests.rs")
            || is_introduced(&file.path);
        (!says_something).then(|| "does not begin with a //! line".to_owned())
    });
}

fn is_introduced(path: &str) -> bool {
    let Some((directory, name)) = path
        .strip_suffix(".rs")
        .and_then(|path| path.rsplit_once('/'))
    else {
        return false;
    };
    if !path.starts_with("tests/") && !path.contains("/tests/") {
        return false;
    }
    let parents = [
        format!("{directory}/mod.rs"),
        format!("{directory}/main.rs"),
        format!("{directory}.rs"),
    ];
    let declares = |path: &&String| {
        let text = tree::read(path);
        let lines = text.lines().rev();
        let mut above = lines
            .skip_while(|line| *line != format!("mod {name};"))
            .skip(1);
        let comment = above.find(|line| !line.starts_with("#["));
        comment.is_some_and(|line| line.starts_with("/// "))
    };
    parents
        .iter()
        .filter(|path| tree::exists(path))
        .any(|path| declares(&path))
}

#[test]
fn no_file_is_called_after_nothing_in_particular() {
    const VAGUE: [&str; 6] = ["util", "utils", "helper", "helpers", "common", "misc"];
    check_rust(|file| {
        let vague = file
            .path
            .split(['/', '.'])
            .find(|part| VAGUE.contains(part))?;
        Some(format!("{vague} says nothing about what is in it"))
    });
}

#[test]
fn things_left_to_do_name_their_issue() {
    let marks = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
    ];
    check_lines(|line| {
        let mark = marks.iter().find(|mark| line.contains(**mark))?;
        let names_issue = line
            .split(mark)
            .nth(1)?
            .trim_start_matches('(')
            .starts_with('#');
        (!names_issue).then(|| format!("{mark} without an issue: write {mark}(#12)"))
    });
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let places = [
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
        concat!("C:\\Us", "ers"),
    ];
    check_lines(|line| {
        let place = places.iter().find(|place| line.contains(**place))?;
        Some(format!("{place} is a place on one machine"))
    });
}

#[test]
fn lines_end_clean_and_files_with_a_line_break() {
    check_lines(|line| {
        (line.ends_with([' ', '\t', '\r'])).then(|| "trailing white space".to_owned())
    });
    check(tree::files(""), |file| {
        // Inputs are kept as they came over the wire.
        let is_input = file.path.contains("/seeds/") || file.path.contains("/fixtures/");
        let ends_well = is_input || file.text.is_empty() || file.text.ends_with('\n');
        (!ends_well).then(|| "does not end with a line break".to_owned())
    });
}

/// A secret has a type that prints nothing and is wiped, from the edge to the request.
#[test]
fn no_secret_is_a_plain_text() {
    const SECRETS: [&str; 5] = [
        "secret_key",
        "secret",
        "api_key",
        "password",
        "secret_key_wo",
    ];
    check_rust(|file| {
        let is_ours = file.path.starts_with("src/") && !file.path.contains("tests");
        let is_plain = |line: &&str| {
            let declared = line.trim().trim_start_matches("pub ");
            let declared = declared.rsplit("pub(crate) ").next().unwrap_or(declared);
            let declared = declared.rsplit("pub(super) ").next().unwrap_or(declared);
            declared.split_once(':').is_some_and(|(name, kind)| {
                SECRETS.contains(&name) && kind.contains("String") && !kind.contains("SecretString")
            })
        };
        let line = file.text.lines().find(is_plain).filter(|_| is_ours)?;
        Some(format!("{:?} has to be a SecretString", line.trim()))
    });
}

/// Paths in documents are written as code and begin with one of these.
#[test]
fn documents_name_only_paths_that_exist() {
    const BEGINNINGS: [&str; 12] = [
        "src/",
        "tests/",
        "emulator/",
        "xtask/",
        "xtask-linked/",
        "proto/",
        "design/",
        "examples/",
        "templates/",
        "docs/",
        "fuzz/",
        ".ci/",
    ];
    let documents = tree::files("").into_iter().filter(|file| {
        // Decisions and the changelog may name what is gone.
        let is_history = file.path.starts_with("design/") || file.path == "CHANGELOG.md";
        file.is_markdown() && !is_history
    });
    check(documents, |file| {
        let missing: Vec<&str> = file
            .text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|code| {
                BEGINNINGS
                    .iter()
                    .any(|beginning| code.starts_with(beginning))
            })
            .filter(|path| !path.contains(['<', '*', '…', '{', ' ', '\n']) && !tree::exists(path))
            .filter(|path| !is_ignored(path))
            .collect();
        (!missing.is_empty()).then(|| format!("names {missing:?}, which do not exist"))
    });
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = tree::files("")
        .into_iter()
        .filter(|file| file.is_markdown() && !file.path.starts_with("templates/"));
    check(documents, |file| {
        let directory = file
            .path
            .rsplit_once('/')
            .map_or("", |(directory, _)| directory);
        let targets = file.text.split("](").skip(1);
        let targets = targets.filter_map(|rest| rest.split([')', '#', '\n']).next());
        let dead: Vec<&str> = targets
            .filter(|target| !target.is_empty() && !target.contains("://"))
            .filter(|target| !tree::exists(format!("{directory}/{target}").trim_start_matches('/')))
            .collect();
        (!dead.is_empty()).then(|| format!("links to {dead:?}, which do not exist"))
    });
}

/// Returns whether the repository leaves a path out, such as `fuzz/corpus/`.
fn is_ignored(path: &str) -> bool {
    let (directory, name) = path
        .trim_end_matches('/')
        .rsplit_once('/')
        .unwrap_or(("", path));
    let list = format!("{directory}/.gitignore");
    tree::exists(&list) && tree::read(&list).lines().any(|line| line == name)
}

#[track_caller]
fn check_rust(fault: impl Fn(&File) -> Option<String>) {
    check(tree::files("").into_iter().filter(File::is_rust), fault);
}

#[track_caller]
fn check_lines(fault: impl Fn(&str) -> Option<String>) {
    let mut faults = Vec::new();
    // The licence is kept as it was published.
    for file in tree::files("")
        .into_iter()
        .filter(|file| file.path != "LICENSE")
    {
        for (line, number) in file.text.split('\n').zip(1..) {
            faults.extend(fault(line).map(|fault| format!("{}:{number}: {fault}", file.path)));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[track_caller]
fn check(files: impl IntoIterator<Item = File>, fault: impl Fn(&File) -> Option<String>) {
    let faults: Vec<String> = files
        .into_iter()
        .filter_map(|file| Some(format!("{}: {}", file.path, fault(&file)?)))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}
