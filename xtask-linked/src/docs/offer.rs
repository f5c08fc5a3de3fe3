//! What the provider offers: each is the subject of one page.

use std::collections::BTreeMap;
use std::sync::Arc;

use terraform_provider_docspace::framework::function::Signature;
use terraform_provider_docspace::framework::schema::{IdentitySchema, Schema};
use terraform_provider_docspace::framework::server::Engine;
use terraform_provider_docspace::provider::DocSpace;

/// The provider's name, without which the Registry's file names are written.
pub(super) const PROVIDER: &str = "docspace";

/// The kinds of things, each with a folder of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Provider,
    Resource,
    DataSource,
    EphemeralResource,
    ListResource,
    Action,
    Function,
}

/// What a page is about.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) kind: Kind,
    /// The name in a configuration.
    pub(super) name: String,
    /// Where its page is, below `docs/` and `templates/`.
    pub(super) path: String,
    /// What it is, in Markdown.
    pub(super) description: String,
    pub(super) schema: Schema,
    pub(super) identity: Option<IdentitySchema>,
    /// A function's outside, which has no schema.
    pub(super) signature: Option<Signature>,
}

impl Kind {
    /// Returns the folder of the kind's pages and examples, and its name in titles.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Provider => ("provider", "Provider"),
            Self::Resource => ("resources", "Resource"),
            Self::DataSource => ("data-sources", "Data Source"),
            Self::EphemeralResource => ("ephemeral-resources", "Ephemeral Resource"),
            Self::ListResource => ("list-resources", "List Resource"),
            Self::Action => ("actions", "Action"),
            Self::Function => ("functions", "function"),
        }
    }

    /// Returns the name of the kind's example (TPP §10.2).
    fn example(self) -> &'static str {
        match self {
            Self::Provider => "provider.tf",
            Self::Resource => "resource.tf",
            Self::DataSource => "data-source.tf",
            Self::EphemeralResource => "ephemeral-resource.tf",
            Self::ListResource => "list-resource.tfquery.hcl",
            Self::Action => "action.tf",
            Self::Function => "function.tf",
        }
    }
}

impl Subject {
    fn new(kind: Kind, name: &str, schema: Schema) -> Self {
        let (folder, _) = kind.names();
        let short = name
            .strip_prefix(PROVIDER)
            .map_or(name, |name| name.trim_start_matches('_'));
        let path = match kind {
            Kind::Provider => "index.md".to_owned(),
            _ => format!("{folder}/{short}.md"),
        };
        Self {
            kind,
            name: name.to_owned(),
            path,
            description: schema.description.clone(),
            schema,
            identity: None,
            signature: None,
        }
    }

    /// Returns the title of the page, for the Registry.
    pub(super) fn page_title(&self) -> String {
        let (_, kind) = self.kind.names();
        match self.kind {
            Kind::Provider => format!("{PROVIDER} {kind}"),
            _ => format!("{} {kind} - {PROVIDER}", self.name),
        }
    }

    /// Returns the heading of the page.
    pub(super) fn heading(&self) -> String {
        let (_, kind) = self.kind.names();
        match self.kind {
            Kind::Provider => format!("{PROVIDER} {kind}"),
            Kind::Function => format!("{kind}: {}", self.name),
            _ => format!("{} ({kind})", self.name),
        }
    }

    /// Returns the folder of its examples, below `examples/`.
    pub(super) fn examples(&self) -> String {
        let (folder, _) = self.kind.names();
        match self.kind {
            Kind::Provider => folder.to_owned(),
            _ => format!("{folder}/{}", self.name),
        }
    }

    /// Returns the page that is written when there is no template of its own.
    pub(super) fn usual_template(&self) -> String {
        let example = format!("{}/{}", self.examples(), self.kind.example());
        let import = match self.kind {
            Kind::Resource => "\n## Import\n\n{{ import }}\n",
            _ => "",
        };
        format!(
            "{{{{ header }}}}\n\n{{{{ description }}}}\n\n## Example Usage\n\n{{{{ example {example} \
             }}}}\n\n{{{{ schema }}}}\n{import}"
        )
    }
}

/// Returns everything that there is a page of.
pub(super) fn subjects() -> Vec<Subject> {
    let environment: BTreeMap<String, String> = BTreeMap::new();
    let engine = Engine::new(DocSpace::new(Arc::new(environment)));
    let registry = engine.registry();
    let mut subjects = vec![Subject::new(
        Kind::Provider,
        PROVIDER,
        registry.provider.clone(),
    )];
    for (name, resource) in &registry.resources {
        let mut subject = Subject::new(Kind::Resource, name, resource.schema.clone());
        subject.identity.clone_from(&resource.identity);
        subjects.push(subject);
    }
    let mut add = |kind, name: &str, schema: &Schema| {
        subjects.push(Subject::new(kind, name, schema.clone()));
    };
    for (name, source) in &registry.data_sources {
        add(Kind::DataSource, name, &source.schema);
    }
    for (name, ephemeral) in &registry.ephemeral_resources {
        add(Kind::EphemeralResource, name, &ephemeral.schema);
    }
    for (name, list) in &registry.list_resources {
        add(Kind::ListResource, name, &list.schema);
    }
    for (name, action) in &registry.actions {
        add(Kind::Action, name, &action.schema);
    }
    for (name, (_, signature)) in &registry.functions {
        let mut subject = Subject::new(Kind::Function, name, Schema::new(signature.description));
        subject.signature = Some(signature.clone());
        subjects.push(subject);
    }
    subjects
}
