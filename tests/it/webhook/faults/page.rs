//! The table for contributors, `design/faults.md`: written from what happens, and held against it.

use std::fmt::Write as _;
use std::sync::Arc;

use super::kinds::{ANSWERS, Entry, OUTAGES, OWN_ANSWERS};
use super::matrix::{
    Case, Create, CreateOff, Delete, Happened, Import, List, Operation, Read, Rotate, SecondOff,
    SecondSsl, Start, SwitchOff, Update, run,
};
use super::*;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/design/faults.md");
/// Set to write the page instead of comparing it.
const WRITE: &str = "DOCSPACE_WRITE_FAULTS";

const HEAD: &str = "\
# Faults

What the provider does when a request goes wrong: every operation with every fault that the emulator can inject.

This page is written by the test that runs the table, from the portal's log of requests, the state and the messages.
`cargo test --test it the_table_of_faults` fails when something else happens than is written here, and `DOCSPACE_WRITE_FAULTS=1 cargo test --test it the_table_of_faults` writes the page anew; read the difference before you commit it.

In each of the cases the test also insists on this:

- Every webhook on the portal is in the state, or its id or the way to it was named to the user; and no webhook is there twice.
- What the portal has and the state had is in the state.
- No secret was sent but to create and to rotate; after a failure the state has the old one.
- Nothing hangs and nothing panics.
- Once the fault is over, an import where one was asked for and a plain `terraform apply` end with exactly what is configured, and the plan after it is empty.

Each fault happens to the first request of the operation and to no other, with `max_retries = 1`.
An outage begins after the plan, spoils every request, and lasts until the command has ended.
What is asked at once is listed by name; which of it is repeated in an outage is left to chance.
A list that is asked for again while a lost create is watched counts as polled; that takes up to 15 seconds, because absence means nothing before.
The numbers are those of the messages at the end; what has none happens in silence.
The question which key the provider runs with, which a process asks once before its first write, is left out.
Warnings of long waits and of the short time limit that some cases need are left out.
";

/// All cases of one operation.
fn cases(operation: Operation) -> Vec<Case> {
    let once = |fault: String| Case {
        operation,
        fault,
        is_outage: false,
    };
    let names = |entries: &[Entry]| -> Vec<String> {
        entries.iter().map(|(name, _)| (*name).to_owned()).collect()
    };
    let answers: Vec<String> = names(&ANSWERS);
    let mut cases: Vec<Case> = answers.iter().cloned().map(once).collect();
    if operation.is_write() {
        cases.extend(answers.iter().map(|name| once(format!("{name} after"))));
    }
    cases.extend(names(&OWN_ANSWERS).into_iter().map(once));
    cases.extend(names(&OUTAGES).into_iter().map(|fault| Case {
        operation,
        fault,
        is_outage: true,
    }));
    cases.retain(|case| !is_a_lie(case));
    cases
}

/// What the portal is believed: the id that it gives a new webhook, and that it has no such webhook.
fn is_a_lie(case: &Case) -> bool {
    let Case {
        operation, fault, ..
    } = case;
    match operation {
        Create | CreateOff => fault.starts_with("another id"),
        Delete => fault == "404 gone",
        _ => false,
    }
}

fn title(operation: Operation) -> &'static str {
    match operation {
        Create => "Create",
        CreateOff => "Create, switched off",
        SecondOff => "Create, switched off: the second request",
        SecondSsl => "Create, with `ssl = false`: the second request",
        Read => "Read",
        Update => "Update",
        Rotate => "Update with a new secret",
        SwitchOff => "Switch off",
        Delete => "Delete",
        List => "List, as for `terraform query`",
        Import => "Import",
    }
}

fn definitions(page: &mut String) {
    let sections = [
        (
            "Answers that take the place of the portal's own, before it has seen the request or, with “after”, after it has carried it out",
            ANSWERS.as_slice(),
        ),
        (
            "What happens to the portal's own answer, or to its time",
            &OWN_ANSWERS,
        ),
        ("Outages", &OUTAGES),
    ];
    page.push_str("\n## The faults\n");
    for (title, entries) in sections {
        let _ = write!(
            page,
            "\n{title}:\n\n| fault | what it is |\n| --- | --- |\n"
        );
        for (name, meaning) in entries {
            let _ = writeln!(page, "| {name} | {meaning} |");
        }
    }
}

/// One row for each different course of events, with all faults that lead to it.
fn section(
    page: &mut String,
    operation: Operation,
    results: &[(Case, Happened)],
    messages: &mut Vec<String>,
) {
    let mut rows: Vec<(&Happened, Vec<String>)> = Vec::new();
    for (case, happened) in results {
        let name = name(case, number(messages, &happened.message));
        let same = |known: &Happened| {
            known.requests == happened.requests && known.outcome == happened.outcome
        };
        match rows.iter_mut().find(|(known, _)| same(known)) {
            Some((_, names)) => names.push(name),
            None => rows.push((happened, vec![name])),
        }
    }
    let title = title(operation);
    let _ = write!(
        page,
        "\n## {title}\n\n| requests | outcome | faults and messages |\n| --- | --- | --- |\n"
    );
    for (happened, names) in rows {
        let requests = happened.requests.replace(", ", "<br>");
        let names = names.join("<br>");
        let _ = writeln!(page, "| {requests} | {} | {names} |", happened.outcome);
    }
}

fn name(case: &Case, message: Option<usize>) -> String {
    let Case {
        fault, is_outage, ..
    } = case;
    let kind = if *is_outage { "outage: " } else { "" };
    match message {
        Some(number) => format!("{kind}{fault} → {number}"),
        None => format!("{kind}{fault}"),
    }
}

/// The number of a message, counted from 1; none of an empty one.
fn number(messages: &mut Vec<String>, message: &str) -> Option<usize> {
    if message.is_empty() {
        return None;
    }
    let known = messages.iter().position(|known| known == message);
    Some(
        1 + known.unwrap_or_else(|| {
            messages.push(message.to_owned());
            messages.len() - 1
        }),
    )
}

async fn table() -> String {
    let start = Arc::new(Start::make().await);
    let results = std::sync::Mutex::new(Vec::new());
    let results = Arc::new(results);
    let all = Operation::ALL.into_iter().flat_map(cases).enumerate();
    let mut all: Vec<(usize, Case)> = all.collect();
    // Those of one operation wait for the same; mixed with others they leave work to be done meanwhile.
    all.sort_by_cached_key(|(index, _)| index % 64);
    each(all, |(index, case)| {
        let (start, results) = (Arc::clone(&start), Arc::clone(&results));
        async move {
            let happened = run(case.clone(), start).await;
            results.lock().unwrap().push((index, case, happened));
        }
    })
    .await;
    let mut results = Arc::into_inner(results).unwrap().into_inner().unwrap();
    results.sort_by_key(|(index, ..)| *index);
    let results: Vec<(Case, Happened)> = results
        .into_iter()
        .map(|(_, case, happened)| (case, happened))
        .collect();
    let mut page = HEAD.to_owned();
    definitions(&mut page);
    let mut messages = Vec::new();
    for chunk in results.chunk_by(|(a, _), (b, _)| a.operation == b.operation) {
        section(&mut page, chunk[0].0.operation, chunk, &mut messages);
    }
    page.push_str("\n## The messages\n\n");
    for (index, message) in messages.iter().enumerate() {
        let _ = writeln!(page, "{}. {message}", index + 1);
    }
    page
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_of_faults_is_what_happens() {
    let page = table().await;
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(PAGE, page).unwrap();
        return;
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    let new = page.lines().filter(|line| !written.contains(line));
    let old = written.lines().filter(|line| !page.contains(line));
    let difference: Vec<String> = old
        .map(|line| format!("-{line}"))
        .chain(new.map(|line| format!("+{line}")))
        .collect();
    assert!(
        page == written,
        "design/faults.md is out of date. Write it with {WRITE}=1 cargo test --test it the_table_of_faults\n{}",
        difference.join("\n")
    );
}

/// A fault that the emulator learns has to come into the table.
#[test]
fn the_table_has_every_kind_of_fault() {
    let names = ANSWERS.iter().chain(&OWN_ANSWERS).map(|(name, _)| *name);
    let kinds: std::collections::BTreeSet<usize> = names
        .map(|name| kinds::fault(name, on("POST /webhook"), LIMIT_MS, "{}").action)
        .map(|action| kinds::kind(&action))
        .collect();
    assert_eq!(kinds, (0..10).collect());
}
