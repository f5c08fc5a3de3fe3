//! The paths that Rust code names: `crate::a::{b, c}` is `crate::a::b` and `crate::a::c`.
//!
//! Code is read as tokens, so comments and texts do not count, and paths inside macros do. Modules
//! called `tests` are left out: a test may reach further than the code it tests.

use std::iter::Peekable;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path and the module that names it; the path is as written, but for `self` and `super`, which
/// are resolved to `crate::…`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    pub by: Vec<String>,
    pub path: Vec<String>,
}

/// Returns the paths of two or more parts in the text of a module.
pub fn named(module: &[String], text: &str) -> Vec<Named> {
    let tokens: TokenStream = text.parse().unwrap();
    let mut found = Vec::new();
    walk(tokens, module, &mut found);
    found.sort();
    found.dedup();
    found
}

fn walk(tokens: TokenStream, module: &[String], found: &mut Vec<Named>) {
    let mut tokens = tokens
        .into_iter()
        .collect::<Vec<_>>()
        .into_iter()
        .peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "mod" => {
                let Some(TokenTree::Ident(name)) = tokens.next() else {
                    continue;
                };
                let Some(TokenTree::Group(body)) =
                    tokens.next_if(|token| matches!(token, TokenTree::Group(_)))
                else {
                    continue;
                };
                if name != "tests" {
                    let inner = [module, &[name.to_string()]].concat();
                    walk(body.stream(), &inner, found);
                }
            }
            TokenTree::Ident(word) => {
                for path in follow(vec![word.to_string()], &mut tokens) {
                    if path.len() > 1 {
                        let path = resolve(path, module);
                        found.push(Named {
                            by: module.to_vec(),
                            path,
                        });
                    }
                }
            }
            TokenTree::Group(group) => walk(group.stream(), module, found),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// Follows `::` after the beginning of a path, into the braces of a `use`.
fn follow(mut path: Vec<String>, tokens: &mut Peekable<IntoIter<TokenTree>>) -> Vec<Vec<String>> {
    while is_colon(tokens.peek()) {
        tokens.next();
        if !is_colon(tokens.peek()) {
            break;
        }
        tokens.next();
        match tokens.peek() {
            Some(TokenTree::Ident(part)) => {
                path.push(part.to_string());
                tokens.next();
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                let branches = group.stream();
                tokens.next();
                let mut branches = branches
                    .into_iter()
                    .collect::<Vec<_>>()
                    .into_iter()
                    .peekable();
                let mut paths = Vec::new();
                while let Some(token) = branches.next() {
                    match token {
                        TokenTree::Ident(part) if part == "as" => drop(branches.next()),
                        TokenTree::Ident(part) => {
                            let mut longer = path.clone();
                            if part != "self" {
                                longer.push(part.to_string());
                            }
                            paths.extend(follow(longer, &mut branches));
                        }
                        _ => {}
                    }
                }
                return paths;
            }
            _ => break,
        }
    }
    vec![path]
}

fn is_colon(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(mark)) if mark.as_char() == ':')
}

fn resolve(path: Vec<String>, module: &[String]) -> Vec<String> {
    let mut here = module.to_vec();
    let mut parts = path.as_slice();
    if !matches!(parts, [first, ..] if first == "self" || first == "super") {
        return path;
    }
    while let [first, rest @ ..] = parts {
        match first.as_str() {
            "self" => {}
            "super" => drop(here.pop()),
            _ => break,
        }
        parts = rest;
    }
    let mut absolute = vec!["crate".to_owned()];
    absolute.extend(here);
    absolute.extend_from_slice(parts);
    absolute
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let module = ["a".to_owned(), "b".to_owned()];
        let paths: Vec<String> = named(&module, text)
            .iter()
            .map(|named| named.path.join("::"))
            .collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn braces_are_expanded_and_renames_ignored() {
        check(
            "use crate::x::{self, y::{Z, W as V}, *};",
            &["crate::x", "crate::x::y::W", "crate::x::y::Z"],
        );
    }

    #[test]
    fn self_and_super_are_resolved_also_inside_inline_modules() {
        check(
            "use super::c; use self::d::E;",
            &["crate::a::b::d::E", "crate::a::c"],
        );
        check(
            "mod inner { fn f() { super::super::g() } }",
            &["crate::a::g"],
        );
    }

    #[test]
    fn macros_and_attributes_count_and_texts_comments_and_tests_do_not() {
        check(
            "#[tokio::test] fn f() { json!({\"a\": serde_json::Value::Null}); } // crate::x::y\n\
             const A: &str = \"crate::x\"; mod tests { use crate::z::q; }",
            &["serde_json::Value::Null", "tokio::test"],
        );
    }

    #[test]
    fn type_ascriptions_and_generics_are_no_paths() {
        check("fn f(a: Vec<u8>) { Vec::<u8>::new(); let b: C = d; }", &[]);
    }
}
