//! A page from its template: lines of the form `{{ name }}` are replaced.

use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::offer::Subject;
use super::schema;

/// What is said above generated pages, so that nobody edits them in vain.
const NOTICE: &str = "# written by: cargo xtask docs";

/// Fills a template in. A guide has no subject, and only examples to be filled in.
pub(super) fn fill(template: &str, subject: Option<&Subject>, root: &Path) -> Result<String> {
    let mut page = String::new();
    for line in template.lines() {
        match line
            .strip_prefix("{{ ")
            .and_then(|line| line.strip_suffix(" }}"))
        {
            Some(name) => {
                let text = replacement(name, subject, root);
                page.push_str(text.with_context(|| line.to_owned())?.trim_end());
            }
            None => page.push_str(line),
        }
        page.push('\n');
    }
    Ok(page)
}

fn replacement(name: &str, subject: Option<&Subject>, root: &Path) -> Result<String> {
    if let Some(path) = name.strip_prefix("example ") {
        return example(path, root);
    }
    let subject = subject.context("this is of no page but a subject's")?;
    Ok(match name {
        "header" => header(subject),
        "description" => subject.description.clone(),
        "schema" => match &subject.signature {
            Some(signature) => schema::signature(&subject.name, signature),
            None => schema::schema(&subject.schema),
        },
        "import" => import(subject, root)?,
        _ => bail!("nothing is called {name}"),
    })
}

/// The front matter, as the Registry reads it, and the heading.
fn header(subject: &Subject) -> String {
    let first = subject.description.split("\n\n").next();
    let plain = without_links(first.unwrap_or_default()).replace('`', "");
    let subcategory = match subject.kind {
        super::offer::Kind::Provider => String::new(),
        _ => format!("subcategory: \"{}\"\n", subcategory(&subject.name)),
    };
    format!(
        "---\n{NOTICE}\npage_title: \"{}\"\n{subcategory}description: |-\n  {plain}\n---\n\n# {}",
        subject.page_title(),
        subject.heading()
    )
}

/// Returns the heading of the Registry's menu under which something stands.
fn subcategory(name: &str) -> &'static str {
    match name {
        "docspace_api_key" | "docspace_api_keys" | "docspace_current_key" => "Access",
        "docspace_developer_tools" | "docspace_embedding" => "Settings",
        "docspace_user" | "docspace_users" | "docspace_group" | "docspace_groups"
        | "docspace_room" | "docspace_rooms" => "People and rooms",
        _ => "Webhooks",
    }
}

/// An example as a code block.
fn example(path: &str, root: &Path) -> Result<String> {
    let file = root.join("examples").join(path);
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let language = match file.extension().and_then(|end| end.to_str()) {
        Some("tf" | "hcl") => "terraform",
        Some("sh") => "shell",
        Some("py") => "python",
        Some("js" | "mjs") => "javascript",
        Some("go") => "go",
        Some("rs") => "rust",
        Some("rego") => "rego",
        Some("yaml") => "yaml",
        _ => "text",
    };
    Ok(format!("```{language}\n{}\n```", text.trim_end()))
}

/// The three forms of an import.
fn import(subject: &Subject, root: &Path) -> Result<String> {
    let folder = subject.examples();
    let example = |name: &str| example(&format!("{folder}/{name}"), root);
    let by_identity = match &subject.identity {
        Some(identity) => format!(
            "With Terraform 1.12 or OpenTofu 1.12 and later, an `import` block can use the identity:\n\n\
             {}\n\nIdentity, all required:\n\n{}\n",
            example("import-by-identity.tf")?,
            schema::identity(identity)
        ),
        None => String::new(),
    };
    Ok(format!(
        "{by_identity}With Terraform 1.5 or OpenTofu 1.6 and later, an `import` block can use the \
         `id`:\n\n{}\n\nOr on the command line:\n\n{}",
        example("import-by-string-id.tf")?,
        example("import.sh")?
    ))
}

/// `[text](address)` becomes `text`: descriptions in front matter are plain.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((label, after)) = link.split_once("](") else {
            plain.push('[');
            rest = link;
            continue;
        };
        plain.push_str(label);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_their_text() {
        assert_eq!(without_links("An [A](https://a) and [b]."), "An A and [b].");
        assert_eq!(without_links("plain"), "plain");
    }

    #[test]
    fn a_guide_can_show_examples_and_nothing_else() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("examples")).unwrap();
        std::fs::write(root.path().join("examples/a.tf"), "locals {}\n").unwrap();
        let page = fill("Look:\n\n{{ example a.tf }}\n", None, root.path()).unwrap();
        assert_eq!(page, "Look:\n\n```terraform\nlocals {}\n```\n");
        let error = fill("{{ schema }}\n", None, root.path()).unwrap_err();
        assert_eq!(error.to_string(), "{{ schema }}");
        assert!(fill("{{ example b.tf }}\n", None, root.path()).is_err());
    }
}
