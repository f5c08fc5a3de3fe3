//! Everything a provider offers, by name, with its schemas computed once.

use std::collections::BTreeMap;

use crate::framework::action::Action;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::ephemeral::EphemeralResource;
use crate::framework::function::{Function, Signature};
use crate::framework::list_resource::ListResource;
use crate::framework::provider::Provider;
use crate::framework::resource::Resource;
use crate::framework::schema::{IdentitySchema, Schema, SchemaKind, check};
use crate::framework::value::{Object, Type};

/// Something offered, with its schema and the type of its values.
#[derive(Debug)]
pub struct Registered<T: ?Sized> {
    /// The author's implementation.
    pub item: Box<T>,
    /// Its schema.
    pub schema: Schema,
    /// The type of a value of the schema.
    pub ty: Type,
    /// The identity's schema; resources only.
    pub identity: Option<IdentitySchema>,
    /// The type of an identity.
    pub identity_type: Option<Type>,
}

impl<T: ?Sized> Registered<T> {
    /// Takes the identity out of a state; none while a part of it is unknown.
    pub(super) fn identity_of(&self, state: &Object) -> Option<Object> {
        self.identity.as_ref()?.of(state)
    }
}

/// What a provider offers.
pub struct Registry<C> {
    /// The provider block.
    pub provider: Schema,
    /// The type of the provider block.
    pub provider_type: Type,
    /// Managed resources by type name.
    pub resources: BTreeMap<&'static str, Registered<dyn Resource<C>>>,
    /// Data sources by type name.
    pub data_sources: BTreeMap<&'static str, Registered<dyn DataSource<C>>>,
    /// Ephemeral resources by type name.
    pub ephemeral_resources: BTreeMap<&'static str, Registered<dyn EphemeralResource<C>>>,
    /// List resources by the name of the resource that they list.
    pub list_resources: BTreeMap<&'static str, Registered<dyn ListResource<C>>>,
    /// Actions by type name.
    pub actions: BTreeMap<&'static str, Registered<dyn Action<C>>>,
    /// Functions by name.
    pub functions: BTreeMap<&'static str, (Box<dyn Function>, Signature)>,
    /// What is wrong with the schemas: provider bugs.
    pub problems: Diagnostics,
}

impl<C> std::fmt::Debug for Registry<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

/// Registers everything of one kind that has a type name and a schema.
macro_rules! register {
    ($items:expr, $problems:ident) => {{
        let mut registered = BTreeMap::new();
        for item in $items {
            let (name, schema) = (item.type_name(), item.schema());
            $problems.extend(check(name, SchemaKind::Other, &schema));
            let ty = schema.ty();
            registered.insert(
                name,
                Registered {
                    item,
                    schema,
                    ty,
                    identity: None,
                    identity_type: None,
                },
            );
        }
        registered
    }};
}

impl<C: Send + Sync + 'static> Registry<C> {
    pub(super) fn new(provider: &impl Provider<Context = C>) -> Self {
        let block = provider.schema();
        let mut problems = check("provider", SchemaKind::Provider, &block);
        let mut resources = BTreeMap::new();
        let offer = provider.offer();
        for item in offer.resources {
            let (name, schema, identity) = (item.type_name(), item.schema(), item.identity());
            problems.extend(check(name, SchemaKind::Resource, &schema));
            problems.extend(check_identity(name, &schema, identity.as_ref()));
            let ty = schema.ty();
            resources.insert(
                name,
                Registered {
                    item,
                    schema,
                    ty,
                    identity_type: identity.as_ref().map(IdentitySchema::ty),
                    identity,
                },
            );
        }
        let data_sources = register!(offer.data_sources, problems);
        let ephemeral_resources = register!(offer.ephemeral_resources, problems);
        let list_resources = register!(offer.list_resources, problems);
        let actions = register!(offer.actions, problems);
        problems.extend(
            list_resources
                .keys()
                .filter(|name| {
                    resources
                        .get(*name)
                        .is_none_or(|found| found.identity.is_none())
                })
                .map(|name| format!("{name} is listed, but is not a resource with an identity")),
        );
        let functions = offer
            .functions
            .into_iter()
            .map(|function| (function.name(), function))
            .map(|(name, function)| {
                let signature = function.signature();
                (name, (function, signature))
            })
            .collect();
        let problems = problems
            .iter()
            .map(|problem| Diagnostic::bug(format!("Schema: {problem}.")))
            .collect();
        let provider_type = block.ty();
        Self {
            provider: block,
            provider_type,
            resources,
            data_sources,
            ephemeral_resources,
            list_resources,
            actions,
            functions,
            problems,
        }
    }
}

/// Every identity attribute must be an attribute of the resource, of the same type, and not a secret: identities are
/// shown.
fn check_identity(name: &str, schema: &Schema, identity: Option<&IdentitySchema>) -> Vec<String> {
    identity
        .iter()
        .flat_map(|identity| &identity.attributes)
        .filter_map(|(attribute, identity)| {
            let own = schema.attributes.get(attribute);
            if own.is_none_or(|own| own.ty() != identity.ty) {
                Some(format!(
                    "{name} has no attribute like its identity's {attribute}"
                ))
            } else {
                identity
                    .ty
                    .holds(&Type::Secret)
                    .then(|| format!("{name} tells a secret in its identity's {attribute}"))
            }
        })
        .collect()
}
