//! List resources: what `terraform query` asks, and the stream that answers it (TPP §8.11).

use serde_json::Value;
use tonic::Streaming;

use super::configure::said;
use super::{Kind, answered, has_errors};
use crate::host::Host;
use crate::host::diagnostics::{self, Answer, Diagnostic};
use crate::host::value::{Type, encode};
use crate::host::wire::tfplugin6 as wire;

const CALL: &str = "ListResource";

/// What is to be found.
#[derive(Debug, Clone)]
pub struct Query {
    /// The filters; without a `config` block all are null.
    pub filters: Value,
    /// Whether whole objects are wanted.
    pub whole: bool,
    /// How many at most; core asks for 100 unless it is told otherwise.
    pub limit: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            filters: Value::Null,
            whole: true,
            limit: 100,
        }
    }
}

/// An object that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub identity: Value,
    pub display_name: String,
    /// The object itself, if whole objects were asked for.
    pub object: Option<Value>,
}

/// A list that is still being read.
pub struct Listing {
    kind: Kind,
    whole: bool,
    events: Streaming<wire::list_resource::Event>,
}

impl Host {
    /// Checks the filters of a list resource; values may be unknown.
    pub async fn validate_list(&self, name: &str, filters: &Value) -> Answer<()> {
        let request = wire::validate_list_resource_config::Request {
            type_name: name.to_owned(),
            config: Some(encode(filters, &self.filters(name).await)),
            // Core does not fill in the others (TPP §4.3).
            ..Default::default()
        };
        let answer = self.provider().validate_list_resource_config(request).await;
        said(answered("ValidateListResourceConfig", answer).diagnostics)
    }

    /// Checks the filters and finds objects. What was found before an error counts.
    pub async fn list(&self, name: &str, query: &Query) -> Answer<Vec<Found>> {
        let validated = self.validate_list(name, &query.filters).await;
        if has_errors(&validated.diagnostics) {
            return Answer {
                result: None,
                diagnostics: validated.diagnostics,
            };
        }
        let mut listing = self.start_list(name, query).await;
        let mut diagnostics = validated.diagnostics;
        let mut found = Vec::new();
        while let Some(event) = listing.next().await {
            match event {
                Ok(object) => found.push(object),
                Err(said) => diagnostics.extend(said),
            }
        }
        let (count, limit) = (found.len(), query.limit);
        assert!(count <= limit, "{CALL}: {count} objects, limit {limit}");
        Answer {
            result: Some(found),
            diagnostics,
        }
    }

    /// Begins to find objects; dropping the list is what core does when it has enough.
    pub async fn start_list(&self, name: &str, query: &Query) -> Listing {
        let request = wire::list_resource::Request {
            type_name: name.to_owned(),
            config: Some(encode(&query.filters, &self.filters(name).await)),
            include_resource_object: query.whole,
            limit: i64::try_from(query.limit).unwrap(),
        };
        Listing {
            kind: self.kind(name).await,
            whole: query.whole,
            events: answered(CALL, self.provider().list_resource(request).await),
        }
    }

    async fn filters(&self, name: &str) -> Type {
        let schemas = self.schemas().await;
        match schemas.list_resources.get(name) {
            Some(filters) => filters.ty(),
            None => panic!("no list {name} in {:?}", schemas.list_resources.keys()),
        }
    }
}

impl Listing {
    /// The next object, or what was said instead of one. An error ends the list.
    pub async fn next(&mut self) -> Option<Result<Found, Vec<Diagnostic>>> {
        let event = match self.events.message().await {
            Ok(event) => event?,
            Err(status) => panic!("Plugin error: unexpected error from {CALL}: {status:?}"),
        };
        let said = diagnostics::from_wire(event.diagnostic);
        if has_errors(&said) {
            let more = self.events.message().await;
            assert!(matches!(more, Ok(None)), "{CALL}: {more:?} after an error");
            return Some(Err(said));
        }
        let Some(identity) = self.kind.identity(CALL, event.identity.as_ref()) else {
            assert!(!said.is_empty(), "{CALL}: an object without an identity");
            return Some(Err(said));
        };
        assert_eq!(said, [], "{CALL}: nothing is said of a single object");
        assert_eq!(event.resource_object.is_some(), self.whole, "{CALL}");
        let object = event.resource_object.as_ref().map(|object| {
            let object = self.kind.stored(CALL, Some(object));
            assert!(!object.is_null(), "{CALL}: an object that is null");
            object
        });
        Some(Ok(Found {
            identity,
            display_name: event.display_name,
            object,
        }))
    }
}
