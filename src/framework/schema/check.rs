//! A schema's self-check: what Terraform would reject or crash on (TPP §4.4) is found at start-up.

use std::collections::BTreeMap;

use super::{Attribute, AttributeKind, Presence, Schema};
use crate::framework::value::Type;

/// What a schema describes; each kind has rules of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// The provider block.
    Provider,
    /// A managed resource.
    Resource,
    /// Anything else that is configured: data sources, ephemeral resources, list resources, actions.
    Other,
}

/// Names that a resource or data source cannot use at top level: Terraform reserves them.
const RESERVED: [&str; 10] = [
    "count",
    "for_each",
    "provider",
    "depends_on",
    "lifecycle",
    "connection",
    "provisioner",
    "locals",
    "dynamic",
    "_",
];

/// Names that a provider block cannot use.
const RESERVED_IN_PROVIDER: [&str; 6] = [
    "alias",
    "version",
    "count",
    "for_each",
    "depends_on",
    "source",
];

/// Returns every rule that a schema breaks, as a sentence each.
pub fn check(name: &str, kind: SchemaKind, schema: &Schema) -> Vec<String> {
    let mut problems = Vec::new();
    let reserved: &[&str] = match kind {
        SchemaKind::Provider => &RESERVED_IN_PROVIDER,
        SchemaKind::Resource | SchemaKind::Other => &RESERVED,
    };
    for attribute in schema.attributes.keys() {
        if reserved.contains(&attribute.as_str()) {
            problems.push(format!("{name}.{attribute} is a reserved name"));
        }
    }
    if schema.version < 0 {
        problems.push(format!("{name} has a negative schema version"));
    }
    if schema.description.trim().is_empty() {
        problems.push(format!("{name} has no description"));
    }
    check_attributes(name, kind, &schema.attributes, &mut problems);
    problems
}

fn check_attributes(
    parent: &str,
    kind: SchemaKind,
    attributes: &BTreeMap<String, Attribute>,
    problems: &mut Vec<String>,
) {
    for (name, attribute) in attributes {
        let place = format!("{parent}.{name}");
        if !is_identifier(name) {
            problems.push(format!("{place} is not of the form [a-z][a-z0-9_]*"));
        }
        check_attribute(&place, kind, attribute, problems);
        if let AttributeKind::Nested(_, nested) = &attribute.kind {
            if kind == SchemaKind::Resource {
                problems.push(format!("{place} is nested, which resources do not support"));
            }
            check_attributes(&place, kind, nested, problems);
        }
    }
}

fn check_attribute(
    place: &str,
    kind: SchemaKind,
    attribute: &Attribute,
    problems: &mut Vec<String>,
) {
    let mut require = |holds: bool, problem: &str| {
        if !holds {
            problems.push(format!("{place} {problem}"));
        }
    };
    require(
        !attribute.description.trim().is_empty(),
        "has no description",
    );
    require(
        !attribute.is_write_only()
            || kind == SchemaKind::Resource
                && matches!(attribute.presence, Presence::Required | Presence::Optional),
        "is write-only, which only configured attributes of resources can be",
    );
    require(
        attribute.default_value().is_none() || kind == SchemaKind::Resource,
        "has a default, which only attributes of resources can have",
    );
    require(
        !attribute.is_write_only() || attribute.is_sensitive(),
        "is write-only and must be sensitive, so that it is decoded as a secret",
    );
    require(
        !attribute.is_volatile()
            || kind == SchemaKind::Resource && attribute.presence == Presence::Computed,
        "is volatile, which only computed attributes of resources can be",
    );
    let AttributeKind::Plain(ty) = &attribute.kind else {
        return;
    };
    require(
        !(attribute.is_sensitive() && ty.holds(&Type::String)),
        "is sensitive and must be of the secret type",
    );
    require(
        attribute.is_sensitive() || !ty.holds(&Type::Secret),
        "holds a secret and must be sensitive",
    );
    if let Some(default) = attribute.default_value() {
        require(
            default.to_msgpack(ty).is_ok() && default.is_wholly_known() && !default.is_null(),
            "has a default of another type",
        );
    }
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::super::Nesting;
    use super::*;

    #[track_caller]
    fn finds(attribute: Attribute, problem: &str) {
        let schema = Schema::new("A thing.").with("a", attribute);
        let problems = check("thing", SchemaKind::Resource, &schema);
        assert_eq!(problems, [format!("thing.a {problem}")]);
    }

    #[test]
    fn a_sound_schema_has_no_problem() {
        let schema = Schema::new("A thing.")
            .with("name", Attribute::required(Type::String, "The name."))
            .with(
                "enabled",
                Attribute::optional(Type::Bool, "On.").default(true),
            )
            .with(
                "key",
                Attribute::optional(Type::Secret, "The key.").write_only(),
            )
            .with(
                "tokens",
                Attribute::optional(Type::set(Type::Secret), "The tokens.").write_only(),
            );
        assert_eq!(
            check("thing", SchemaKind::Resource, &schema),
            Vec::<String>::new()
        );
    }

    #[test]
    fn every_broken_rule_is_named() {
        finds(Attribute::required(Type::String, " "), "has no description");
        finds(
            Attribute::computed(Type::Secret, "x").write_only(),
            "is write-only, which only configured attributes of resources can be",
        );
        finds(
            Attribute::optional(Type::Bool, "x").write_only(),
            "is write-only and must be sensitive, so that it is decoded as a secret",
        );
        finds(
            Attribute::optional(Type::String, "x").sensitive(),
            "is sensitive and must be of the secret type",
        );
        finds(
            Attribute::optional(Type::list(Type::String), "x").sensitive(),
            "is sensitive and must be of the secret type",
        );
        let mut tokens = Attribute::optional(Type::Bool, "x");
        tokens.kind = AttributeKind::Plain(Type::set(Type::Secret));
        finds(tokens, "holds a secret and must be sensitive");
        finds(
            Attribute::optional_computed(Type::Bool, "x").volatile(),
            "is volatile, which only computed attributes of resources can be",
        );
        finds(
            Attribute::optional(Type::Bool, "x").default("yes"),
            "has a default of another type",
        );
        finds(
            Attribute::nested(Nesting::List, [], "x"),
            "is nested, which resources do not support",
        );
    }

    #[test]
    fn reserved_and_malformed_names_are_found() {
        let schema = Schema::new("A thing.")
            .with("count", Attribute::optional(Type::Bool, "x"))
            .with("Name", Attribute::optional(Type::Bool, "x"));
        let problems = check("thing", SchemaKind::Other, &schema);
        assert_eq!(
            problems,
            [
                "thing.count is a reserved name",
                "thing.Name is not of the form [a-z][a-z0-9_]*"
            ]
        );
    }
}
