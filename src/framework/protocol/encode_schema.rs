//! Schemas to the wire.

use std::collections::BTreeMap;

use crate::framework::function::Signature;
use crate::framework::schema::{
    Attribute, AttributeKind, IdentitySchema, Nesting, Presence, Schema,
};
use crate::framework::value::Type;
use crate::wire::tfplugin6 as wire;
use wire::StringKind::Markdown;

/// Encodes a schema. The block is always set: Terraform crashes without one (TPP §4.4).
pub(super) fn schema(schema: &Schema) -> wire::Schema {
    wire::Schema {
        version: schema.version,
        block: Some(wire::schema::Block {
            attributes: attributes(&schema.attributes),
            description: schema.description.clone(),
            description_kind: Markdown.into(),
            ..Default::default()
        }),
    }
}

/// Encodes the schema of an action.
pub(super) fn action(action: &Schema) -> wire::ActionSchema {
    wire::ActionSchema {
        schema: Some(schema(action)),
    }
}

/// Encodes an identity schema, always of version 0 (TPP §8.6).
pub(super) fn identity(schema: &IdentitySchema) -> wire::ResourceIdentitySchema {
    let attribute = |(name, attribute): (&String, &crate::framework::schema::IdentityAttribute)| {
        wire::resource_identity_schema::IdentityAttribute {
            name: name.clone(),
            r#type: signature(&attribute.ty),
            required_for_import: true,
            optional_for_import: false,
            description: attribute.description.clone(),
        }
    };
    wire::ResourceIdentitySchema {
        version: 0,
        identity_attributes: schema.attributes.iter().map(attribute).collect(),
    }
}

/// Encodes a function. Null and unknown arguments are left to the client (TPP §8.10).
pub(super) fn function(signature: &Signature) -> wire::Function {
    let parameter = |parameter: &crate::framework::function::Parameter| wire::function::Parameter {
        name: parameter.name.to_owned(),
        r#type: self::signature(&parameter.ty),
        allow_null_value: false,
        allow_unknown_values: false,
        description: parameter.description.to_owned(),
        description_kind: Markdown.into(),
    };
    wire::Function {
        parameters: signature.parameters.iter().map(parameter).collect(),
        r#return: Some(wire::function::Return {
            r#type: self::signature(&signature.result),
        }),
        summary: signature.summary.to_owned(),
        description: signature.description.to_owned(),
        description_kind: Markdown.into(),
        ..Default::default()
    }
}

fn attributes(attributes: &BTreeMap<String, Attribute>) -> Vec<wire::schema::Attribute> {
    attributes
        .iter()
        .map(|(name, attribute)| encode_attribute(name, attribute))
        .collect()
}

fn encode_attribute(name: &str, attribute: &Attribute) -> wire::schema::Attribute {
    let (r#type, nested_type) = match &attribute.kind {
        AttributeKind::Plain(ty) => (signature(ty), None),
        AttributeKind::Nested(nesting, nested) => (Vec::new(), Some(object(*nesting, nested))),
    };
    wire::schema::Attribute {
        name: name.to_owned(),
        r#type,
        nested_type,
        description: attribute.description.clone(),
        description_kind: Markdown.into(),
        required: attribute.presence == Presence::Required,
        optional: matches!(
            attribute.presence,
            Presence::Optional | Presence::OptionalComputed
        ),
        computed: attribute.is_computed(),
        sensitive: attribute.is_sensitive(),
        write_only: attribute.is_write_only(),
        ..Default::default()
    }
}

fn object(nesting: Nesting, nested: &BTreeMap<String, Attribute>) -> wire::schema::Object {
    let nesting = match nesting {
        Nesting::Single => wire::schema::object::NestingMode::Single,
        Nesting::List => wire::schema::object::NestingMode::List,
    };
    wire::schema::Object {
        attributes: attributes(nested),
        nesting: nesting.into(),
        ..Default::default()
    }
}

fn signature(ty: &Type) -> Vec<u8> {
    ty.signature().to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Terraform hides a whole attribute or nothing of it.
    #[test]
    fn a_collection_of_secrets_is_sensitive_as_one_secret_is() {
        for ty in [
            Type::Secret,
            Type::list(Type::Secret),
            Type::set(Type::Secret),
            Type::Map(Box::new(Type::Secret)),
        ] {
            let attribute = Attribute::optional(ty.clone(), "The tokens.");
            assert!(encode_attribute("tokens", &attribute).sensitive, "{ty:?}");
        }
        let names = Attribute::optional(Type::set(Type::String), "The names.");
        assert!(!encode_attribute("names", &names).sensitive);
    }
}
