//! Every section that a comment or a document cites is a heading of a page in `design/`.

use std::collections::BTreeMap;

use super::tree;

/// What a citation is called by, and the page that has its sections.
const PAGES: [(&str, &str); 4] = [
    ("API", "design/portal-api.md"),
    ("IH", "design/integration-api.md"),
    ("TPP", "design/plugin-protocol.md"),
    ("product", "design/product.md"),
];

/// Past this nobody reads a page whole.
const MAX_LINES: usize = 250;

/// Between two citations of one page there is no more than this: a comma, "to", a line break.
const MAX_GAP: usize = 14;

const SIGN: char = '§';

/// A citation such as "API §7.1" or "API §16 O4".
#[derive(Debug, PartialEq, Eq)]
struct Citation<'a> {
    line: usize,
    /// `None` says not which page is meant.
    page: Option<&'static str>,
    section: &'a str,
    /// A row or rule of the section.
    mark: Option<&'a str>,
}

#[test]
fn every_cited_section_exists() {
    let sections = sections();
    let mut faults = Vec::new();
    let others = tree::files("").into_iter();
    // What is here are examples.
    for file in others.filter(|file| !file.path.ends_with("house/sections.rs")) {
        for citation in citations(&file.text) {
            let place = format!("{}:{}", file.path, citation.line);
            if let Some(fault) = fault(&citation, &sections) {
                faults.push(format!("{place}: {fault}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn pages_that_are_cited_are_short() {
    for (_, path) in PAGES {
        let lines = tree::read(path).lines().count();
        assert!(lines <= MAX_LINES, "{path} has {lines} lines");
    }
}

fn fault(citation: &Citation<'_>, sections: &BTreeMap<String, String>) -> Option<String> {
    let section = citation.section;
    let Some(page) = citation.page else {
        return Some(format!(
            "{SIGN}{section} is of no page: write \"API {SIGN}…\""
        ));
    };
    let name = format!("{page} {SIGN}{section}");
    let Some(text) = sections.get(&name) else {
        return Some(format!("{name} is no heading in design/"));
    };
    let mark = citation.mark?;
    let has_mark = words(text).any(|word| word == mark);
    (!has_mark).then(|| format!("{name} has no {mark}"))
}

/// The sections by their full names, with their texts.
fn sections() -> BTreeMap<String, String> {
    let mut sections = BTreeMap::new();
    for (page, path) in PAGES {
        let text = tree::read(path);
        let parts = text.split("\n#").skip(1);
        for part in parts {
            let part = part.trim_start_matches('#').trim_start();
            let Some(number) = part.strip_prefix(&format!("{page} {SIGN}")) else {
                continue;
            };
            let number = number_at(number);
            let name = format!("{page} {SIGN}{number}");
            let earlier = sections.insert(name, part.to_owned());
            assert!(earlier.is_none(), "{path} has {page} {SIGN}{number} twice");
        }
    }
    sections
}

fn citations(text: &str) -> Vec<Citation<'_>> {
    let mut found: Vec<Citation<'_>> = Vec::new();
    let mut end = 0;
    for (at, _) in text.match_indices(SIGN) {
        let (before, after) = text.split_at(at);
        let after = after.trim_start_matches(SIGN);
        let section = number_at(after);
        // `§n` stands for any section.
        if section.is_empty() && after.starts_with('n') || is_of_an_rfc(before) {
            continue;
        }
        let earlier = found.last().filter(|_| at - end <= MAX_GAP);
        let page = page_before(before).or_else(|| earlier.and_then(|earlier| earlier.page));
        found.push(Citation {
            line: before.split('\n').count(),
            page,
            section,
            mark: after.strip_prefix(section).and_then(mark_at),
        });
        end = at + SIGN.len_utf8() + section.len();
    }
    found
}

/// The page that is named right before a sign, a line break and the marks of a comment apart.
fn page_before(text: &str) -> Option<&'static str> {
    let text = text.trim_end_matches(|letter: char| " \n/!#*".contains(letter));
    let word = words(text).next_back()?;
    let is_last = text.ends_with(word);
    let pages = PAGES.iter().map(|(page, _)| *page);
    pages
        .filter(|_| is_last)
        .find(|page| page.eq_ignore_ascii_case(word))
}

fn is_of_an_rfc(text: &str) -> bool {
    let mut words = words(text).rev();
    words.next().is_some_and(|word| word.parse::<u32>().is_ok()) && words.next() == Some("RFC")
}

/// Digits and periods, and perhaps one letter: `15a`.
fn number_at(text: &str) -> &str {
    let is_of_number = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let end = text.find(|letter| !is_of_number(letter));
    let (number, _) = text.split_at(end.unwrap_or(text.len()));
    let number = number.trim_end_matches('.');
    let digits = number.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
    let is_number = digits.starts_with(|letter: char| letter.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
        && number.len() - digits.len() <= 1;
    if is_number { number } else { "" }
}

/// A capital letter and perhaps digits, behind a blank: `O4`, `E2`, `D`.
fn mark_at(text: &str) -> Option<&str> {
    let text = text.strip_prefix(' ')?;
    let word = words(text).next()?;
    let digits = word.strip_prefix(|letter: char| letter.is_ascii_uppercase())?;
    let is_mark = digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_mark && text.starts_with(word)).then_some(word)
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

#[test]
fn citations_are_found_however_they_are_written() {
    #[track_caller]
    fn check(text: &str, expected: &[(Option<&'static str>, &str, Option<&str>)]) {
        let found = citations(text);
        let found: Vec<_> = found
            .iter()
            .map(|citation| (citation.page, citation.section, citation.mark))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
    let (api, tpp) = (Some("API"), Some("TPP"));
    check("(API §7.1).", &[(api, "7.1", None)]);
    check("API §16 O4, 5", &[(api, "16", Some("O4"))]);
    check("API §7 D: probe", &[(api, "7", Some("D"))]);
    check("API §7 and", &[(api, "7", None)]);
    check("IH §15a.", &[(Some("IH"), "15a", None)]);
    check("API §3.2, §3.3.", &[(api, "3.2", None), (api, "3.3", None)]);
    check("layout (TPP\n/// §10.2)", &[(tpp, "10.2", None)]);
    check("Product §8: a", &[(Some("product"), "8", None)]);
    check("RFC 9113 §3.4, API §n", &[]);
    check("see §4", &[(None, "4", None)]);
    check(
        "API §4 is far from this: §5",
        &[(api, "4", None), (None, "5", None)],
    );
}
