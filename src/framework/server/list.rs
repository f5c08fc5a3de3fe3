//! `ValidateListResourceConfig` and `ListResource`.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::guard::attempt;
use super::storable::storable;
use super::{ConnectionKey, Engine, Registered, recheck};
use crate::framework::diagnostics::Diagnostics;
use crate::framework::list_resource::{ListEvent, ListResult, ListResults};
use crate::framework::provider::Provider;
use crate::framework::value::Object;

/// A request to find objects.
#[derive(Debug)]
pub struct ListCall {
    /// The filters.
    pub config: Object,
    /// Whether the whole objects are wanted, or only their identities.
    pub include_object: bool,
    /// How many are wanted at most; nothing for no limit.
    pub limit: Option<usize>,
}

/// What is told about one object, or what went wrong.
#[derive(Debug)]
pub struct Listed {
    /// The object's identity; none with an error.
    pub identity: Option<Object>,
    /// Its display name.
    pub display_name: String,
    /// The object, if it was asked for.
    pub state: Option<Object>,
    /// What went wrong, or a warning; an error ends the list. Without an identity there is no object either.
    pub diagnostics: Diagnostics,
}

impl<P: Provider> Engine<P> {
    /// Checks the filters of a list resource, as far as they are known.
    pub fn validate_list(&self, type_name: &str, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        match self.registry.list_resource(type_name) {
            Ok(list) => {
                list.schema.validate(config, &mut diagnostics);
                list.item.validate(config, &mut diagnostics);
            }
            Err(unknown) => diagnostics.push(unknown),
        }
        diagnostics
    }

    /// Finds objects and sends each as soon as it is found. Ends early if nothing listens.
    pub async fn list(
        self: Arc<Self>,
        connection: ConnectionKey,
        type_name: String,
        call: ListCall,
        events: mpsc::Sender<Listed>,
    ) {
        let (results, found) = ListResults::channel();
        let searching = async {
            let result = self
                .find(connection, &type_name, call.config, &results)
                .await;
            // Otherwise the other half would wait for more.
            drop(results);
            result
        };
        let limit = call.limit.unwrap_or(usize::MAX);
        let forwarding = self.forward(&type_name, call.include_object, limit, found, &events);
        tokio::pin!(forwarding);
        let result = tokio::select! {
            biased;
            result = searching => {
                forwarding.await;
                result
            }
            // No more are wanted, so the search ends wherever it is.
            () = &mut forwarding => return,
        };
        if let Err(diagnostics) = result {
            // A missing listener is fine.
            drop(events.send(Listed::only(diagnostics)).await);
        }
    }

    async fn find(
        &self,
        connection: ConnectionKey,
        type_name: &str,
        config: Object,
        results: &ListResults,
    ) -> Result<(), Diagnostics> {
        let list = self.registry.list_resource(type_name)?;
        let context = self.configured_context(connection)?;
        let validate = |diagnostics: &mut _| list.item.validate(&config, diagnostics);
        recheck::whole(&list.schema, &config, validate)?;
        let listing = list.item.list(&context, config, results);
        Ok(attempt("list objects", listing).await?)
    }

    async fn forward(
        &self,
        type_name: &str,
        include_object: bool,
        limit: usize,
        mut found: mpsc::Receiver<ListEvent>,
        events: &mpsc::Sender<Listed>,
    ) {
        let Some(resource) = self.registry.resources.get(type_name) else {
            return;
        };
        let mut count = 0;
        while count < limit {
            let next = tokio::select! {
                next = found.recv() => next,
                () = events.closed() => None,
            };
            let listed = match next {
                Some(ListEvent::Found(result)) => {
                    count += 1;
                    Listed::object(resource, result, include_object)
                }
                Some(ListEvent::Warning(warning)) => Listed::only(warning.into()),
                None => break,
            };
            if events.send(listed).await.is_err() {
                break;
            }
        }
    }
}

impl Listed {
    fn object<T: ?Sized>(resource: &Registered<T>, result: ListResult, is_wanted: bool) -> Self {
        let ListResult {
            display_name,
            mut state,
        } = result;
        resource.schema.clear_write_only(&mut state);
        Self {
            identity: resource.identity_of(&state),
            display_name,
            state: is_wanted.then(|| storable(&resource.schema, state)),
            diagnostics: Diagnostics::new(),
        }
    }

    /// A message without an object.
    fn only(diagnostics: Diagnostics) -> Self {
        Self {
            identity: None,
            display_name: String::new(),
            state: None,
            diagnostics,
        }
    }
}
