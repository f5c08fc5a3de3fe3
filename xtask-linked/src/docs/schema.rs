//! A schema, an identity or a signature in Markdown, in the shape that practitioners know.

use std::collections::BTreeMap;

use terraform_provider_docspace::framework::function::Signature;
use terraform_provider_docspace::framework::schema::{
    Attribute, AttributeKind, IdentitySchema, Nesting, Presence, Schema,
};
use terraform_provider_docspace::framework::value::Type;

/// Where Terraform explains write-only arguments.
const WRITE_ONLY: &str =
    "https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments";

/// Writes a schema with its headings; nested attributes follow as sections of their own.
pub(super) fn schema(schema: &Schema) -> String {
    let mut text = "## Schema\n".to_owned();
    let mut nested = Vec::new();
    attributes(&schema.attributes, "", "###", &mut text, &mut nested);
    sections(nested, &mut text);
    text
}

/// Writes an identity's attributes, all of which an import must give.
pub(super) fn identity(identity: &IdentitySchema) -> String {
    let mut text = String::new();
    for (name, attribute) in &identity.attributes {
        let ty = type_name(&attribute.ty);
        line(
            &mut text,
            &format!("- `{name}` ({ty}) {}", attribute.description),
        );
    }
    text
}

/// Writes a function's signature and arguments.
pub(super) fn signature(name: &str, signature: &Signature) -> String {
    let parameters: Vec<String> = signature
        .parameters
        .iter()
        .map(|parameter| format!("{} {}", parameter.name, short_type(&parameter.ty)))
        .collect();
    let mut text = format!(
        "## Signature\n\n```text\n{name}({}) {}\n```\n\n## Arguments\n\n",
        parameters.join(", "),
        short_type(&signature.result)
    );
    for (parameter, number) in signature.parameters.iter().zip(1..) {
        let ty = type_name(&parameter.ty);
        let (name, description) = (parameter.name, parameter.description);
        line(
            &mut text,
            &format!("{number}. `{name}` ({ty}) {description}"),
        );
    }
    text
}

/// Nested attributes that wait for their section: the path and the attributes.
type Nested<'a> = Vec<(String, &'a BTreeMap<String, Attribute>)>;

fn attributes<'a>(
    all: &'a BTreeMap<String, Attribute>,
    path: &str,
    level: &str,
    text: &mut String,
    nested: &mut Nested<'a>,
) {
    const GROUPS: [(&str, &[Presence]); 3] = [
        ("Required", &[Presence::Required]),
        (
            "Optional",
            &[Presence::Optional, Presence::OptionalComputed],
        ),
        ("Read-Only", &[Presence::Computed]),
    ];
    for (title, presences) in GROUPS {
        let group: Vec<_> = all
            .iter()
            .filter(|(_, attribute)| presences.contains(&attribute.presence))
            .collect();
        if group.is_empty() {
            continue;
        }
        line(text, &format!("\n{level} {title}\n"));
        for (name, attribute) in group {
            let mut entry = format!(
                "- `{name}` ({}) {}",
                marks(attribute),
                attribute.description
            );
            if let AttributeKind::Nested(_, inner) = &attribute.kind {
                let path = format!("{path}{name}");
                let anchor = anchor(&path);
                entry = format!("{entry} (see [below for nested schema](#{anchor}))");
                nested.push((path, inner));
            }
            line(text, &entry);
        }
    }
}

fn sections(waiting: Nested<'_>, text: &mut String) {
    for (path, attributes_of_it) in waiting {
        let anchor = anchor(&path);
        line(
            text,
            &format!("\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`"),
        );
        let mut deeper = Vec::new();
        attributes(
            attributes_of_it,
            &format!("{path}."),
            "####",
            text,
            &mut deeper,
        );
        sections(deeper, text);
    }
}

fn anchor(path: &str) -> String {
    format!("nestedatt--{}", path.replace('.', "--"))
}

fn marks(attribute: &Attribute) -> String {
    let mut marks = match &attribute.kind {
        AttributeKind::Plain(ty) => type_name(ty),
        AttributeKind::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        AttributeKind::Nested(Nesting::List, _) => "Attributes List".to_owned(),
    };
    if attribute.is_sensitive() {
        marks.push_str(", Sensitive");
    }
    if attribute.is_write_only() {
        marks = format!("{marks}, [Write-only]({WRITE_ONLY})");
    }
    marks
}

/// The name of a type in lists of attributes.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String | Type::Secret => "String".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// The name of a type in signatures.
fn short_type(ty: &Type) -> String {
    match ty {
        Type::List(element) => format!("list of {}", short_type(element)),
        Type::Set(element) => format!("set of {}", short_type(element)),
        Type::Map(element) => format!("map of {}", short_type(element)),
        plain => plain.name().to_owned(),
    }
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
