//! The provider's schemas as core takes them in, with core's complaints (TPP §4.4).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::value::Type;
use super::wire::tfplugin6::schema::object::NestingMode;
use super::wire::tfplugin6::{self as wire, ServerCapabilities, get_provider_schema};

/// Everything the provider offers.
#[derive(Debug)]
pub struct Schemas {
    pub provider: Object,
    pub resources: BTreeMap<String, Resource>,
    pub data_sources: BTreeMap<String, Object>,
    pub ephemeral_resources: BTreeMap<String, Object>,
    /// The filters of list resources, by the name of the resource that they list.
    pub list_resources: BTreeMap<String, Object>,
    pub actions: BTreeMap<String, Object>,
    pub functions: BTreeMap<String, wire::Function>,
    pub capabilities: ServerCapabilities,
}

/// A managed resource's schema.
#[derive(Debug)]
pub struct Resource {
    pub version: i64,
    pub object: Object,
    /// The type of its identity, if it has one, and that schema's version.
    pub identity: Option<(i64, Type)>,
}

/// The attributes of a block or of a nested attribute.
#[derive(Debug, Clone, Default)]
pub struct Object {
    pub attributes: BTreeMap<String, Attribute>,
}

/// One attribute.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "the wire has as many")]
pub struct Attribute {
    pub shape: Shape,
    pub required: bool,
    pub optional: bool,
    pub computed: bool,
    pub sensitive: bool,
    pub write_only: bool,
    pub description: String,
}

/// What an attribute holds.
#[derive(Debug, Clone)]
pub enum Shape {
    Plain(Type),
    Single(Object),
    List(Object),
    Set(Object),
    Map(Object),
}

impl Object {
    /// The type of a value of this schema.
    pub fn ty(&self) -> Type {
        let types = self.attributes.iter();
        Type::Object(
            types
                .map(|(name, attribute)| (name.clone(), attribute.ty()))
                .collect(),
        )
    }
}

impl Attribute {
    pub fn ty(&self) -> Type {
        match &self.shape {
            Shape::Plain(ty) => ty.clone(),
            Shape::Single(object) => object.ty(),
            Shape::List(object) => Type::List(Box::new(object.ty())),
            Shape::Set(object) => Type::Set(Box::new(object.ty())),
            Shape::Map(object) => Type::Map(Box::new(object.ty())),
        }
    }
}

impl Schemas {
    /// Takes the provider's answers in.
    ///
    /// # Errors
    ///
    /// What core would refuse, or crash at.
    pub fn from_wire(
        answer: get_provider_schema::Response,
        identities: &BTreeMap<String, wire::ResourceIdentitySchema>,
    ) -> Result<Arc<Self>, String> {
        let provider = answer.provider.ok_or("missing provider schema")?;
        let mut resources = BTreeMap::new();
        for (name, schema) in answer.resource_schemas {
            let resource = Resource {
                version: schema.version,
                object: top_level(&schema, true).map_err(|fault| format!("{name}{fault}"))?,
                identity: identities.get(&name).map(identity).transpose()?,
            };
            resources.insert(name, resource);
        }
        if let Some(stranger) = identities
            .keys()
            .find(|name| !resources.contains_key(*name))
        {
            return Err(format!("{stranger} has an identity and no schema"));
        }
        let list_resources = all(&answer.list_resource_schemas)?;
        let is_identified = |name: &str| {
            let resource = resources.get(name);
            resource.is_some_and(|resource: &Resource| resource.identity.is_some())
        };
        if let Some(stranger) = list_resources.keys().find(|name| !is_identified(name)) {
            return Err(format!(
                "Identity schema not found for resource type {stranger}"
            ));
        }
        Ok(Arc::new(Self {
            provider: top_level(&provider, false)?,
            resources,
            data_sources: all(&answer.data_source_schemas)?,
            ephemeral_resources: all(&answer.ephemeral_resource_schemas)?,
            list_resources,
            actions: actions(answer.action_schemas)?,
            functions: answer.functions,
            capabilities: answer.server_capabilities.unwrap_or_default(),
        }))
    }
}

fn all(schemas: &BTreeMap<String, wire::Schema>) -> Result<BTreeMap<String, Object>, String> {
    let objects = schemas.iter().map(|(name, schema)| {
        let object = top_level(schema, false).map_err(|fault| format!("{name}{fault}"))?;
        Ok((name.clone(), object))
    });
    objects.collect()
}

fn actions(
    schemas: BTreeMap<String, wire::ActionSchema>,
) -> Result<BTreeMap<String, Object>, String> {
    let schemas = schemas.into_iter().map(|(name, action)| {
        let schema = action.schema.ok_or_else(|| format!("{name}: no schema"))?;
        Ok((name, schema))
    });
    all(&schemas.collect::<Result<_, String>>()?)
}

fn top_level(schema: &wire::Schema, managed: bool) -> Result<Object, String> {
    let block = schema.block.as_ref().ok_or(": no block: core crashes")?;
    if !block.block_types.is_empty() {
        return Err(": this host plays no nested blocks, only nested attributes".to_owned());
    }
    if schema.version < 0 {
        return Err(": a negative version".to_owned());
    }
    object(&block.attributes, managed)
}

fn object(attributes: &[wire::schema::Attribute], managed: bool) -> Result<Object, String> {
    let mut object = Object::default();
    for wire in attributes {
        let name = wire.name.clone();
        let attribute = attribute(wire, managed).map_err(|fault| format!(".{name}{fault}"))?;
        if object.attributes.insert(name.clone(), attribute).is_some() {
            return Err(format!(".{name}: twice"));
        }
    }
    Ok(object)
}

fn attribute(wire: &wire::schema::Attribute, managed: bool) -> Result<Attribute, String> {
    check(wire, managed).map_err(|fault| format!(": {fault}"))?;
    Ok(Attribute {
        shape: shape(wire, managed)?,
        required: wire.required,
        optional: wire.optional,
        computed: wire.computed,
        sensitive: wire.sensitive,
        write_only: wire.write_only,
        description: wire.description.clone(),
    })
}

fn check(wire: &wire::schema::Attribute, managed: bool) -> Result<(), &'static str> {
    let (required, optional, computed) = (wire.required, wire.optional, wire.computed);
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let complaints = [
        (
            wire.name.is_empty() || !wire.name.chars().all(lower),
            "a name must consist of a-z, 0-9 and _",
        ),
        (
            !required && !optional && !computed,
            "must set Optional, Required or Computed",
        ),
        (
            required && optional,
            "cannot set both Optional and Required",
        ),
        (
            required && computed,
            "cannot set both Computed and Required",
        ),
        (
            wire.write_only && (!managed || !(required || optional) || computed),
            "write-only is for arguments of managed resources",
        ),
        (
            wire.r#type.is_empty() == wire.nested_type.is_none(),
            "exactly one of type and nested type",
        ),
        (
            !wire.deprecation_message.is_empty() && !wire.deprecated,
            "a deprecation message without a deprecation",
        ),
    ];
    match complaints.into_iter().find(|(broken, _)| *broken) {
        Some((_, complaint)) => Err(complaint),
        None => Ok(()),
    }
}

fn shape(wire: &wire::schema::Attribute, managed: bool) -> Result<Shape, String> {
    let Some(nested) = &wire.nested_type else {
        let signature: Value = serde_json::from_slice(&wire.r#type)
            .map_err(|_| ": a type that is no JSON: core crashes".to_owned())?;
        return Type::parse(&signature).map(Shape::Plain);
    };
    let object = object(&nested.attributes, managed)?;
    match nested.nesting() {
        NestingMode::Invalid => Err(": no nesting mode".to_owned()),
        NestingMode::Single => Ok(Shape::Single(object)),
        NestingMode::List => Ok(Shape::List(object)),
        NestingMode::Map => Ok(Shape::Map(object)),
        NestingMode::Set => {
            let forbidden = |attribute: &Attribute| {
                attribute.write_only || matches!(attribute.shape, Shape::Plain(Type::Dynamic))
            };
            if object.attributes.values().any(forbidden) {
                return Err(": dynamic and write-only attributes cannot be in a set".to_owned());
            }
            Ok(Shape::Set(object))
        }
    }
}

fn identity(schema: &wire::ResourceIdentitySchema) -> Result<(i64, Type), String> {
    let mut types = BTreeMap::new();
    for attribute in &schema.identity_attributes {
        let name = &attribute.name;
        if attribute.required_for_import == attribute.optional_for_import {
            return Err(format!(
                "identity .{name}: either required or optional for import"
            ));
        }
        let signature: Value = serde_json::from_slice(&attribute.r#type)
            .map_err(|error| format!("identity .{name}: {error}"))?;
        types.insert(name.clone(), Type::parse(&signature)?);
    }
    Ok((schema.version, Type::Object(types)))
}
