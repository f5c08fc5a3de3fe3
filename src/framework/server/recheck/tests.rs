//! Tests of late values: nothing is done with a configuration that would not have passed its checks.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::super::fake::{CONNECTION, Fake, THING, apply_config, thing};
use super::super::{Capabilities, Engine, ListCall};
use super::*;
use crate::framework::action::{Action, ActionProgress};
use crate::framework::data_source::DataSource;
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::list_resource::{ListResource, ListResults};
use crate::framework::provider::{ConfigureRequest, Offer, Provider};
use crate::framework::schema::Attribute;
use crate::framework::value::{Type, Value};

/// Accepts a mood that is not "bad", or none. Doing anything with it panics.
struct Strict;

fn schema() -> Schema {
    let mood = Attribute::optional(Type::String, "The mood.").check(|path, value, diagnostics| {
        diagnostics.push(Diagnostic::warning("Said before", "Again."));
        if value.as_str() == Some("bad") {
            diagnostics.push(Diagnostic::error("Bad mood", "Cheer up.").at(path.clone()));
        }
    });
    Schema::new("A strict thing.").with("mood", mood)
}

fn needs_mood(config: &Object, diagnostics: &mut Diagnostics) {
    if config.get("mood").is_null() {
        diagnostics.push(Diagnostic::error("No mood", "Have one.").at_attribute("mood"));
    }
}

#[async_trait]
impl Provider for Strict {
    type Context = ();

    fn schema(&self) -> Schema {
        schema()
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        needs_mood(config, diagnostics);
    }

    async fn configure(&self, request: ConfigureRequest, _: &mut Diagnostics) -> Option<()> {
        let mood = request.config.get("mood");
        assert!(mood.as_str() == Some("good") || mood.is_unknown());
        Some(())
    }

    fn offer(&self) -> Offer<()> {
        Fake::default()
            .offer()
            .data_source(Self)
            .ephemeral_resource(Self)
            .list_resource(Self)
            .action(Self)
    }
}

#[async_trait]
impl DataSource<()> for Strict {
    fn type_name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        needs_mood(config, diagnostics);
    }

    async fn read(&self, (): &(), _: Object, _: &mut Diagnostics) -> Result<Object, Diagnostic> {
        panic!("read")
    }
}

#[async_trait]
impl EphemeralResource<()> for Strict {
    fn type_name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn open(&self, (): &(), _: Object, _: &mut Diagnostics) -> Result<Opened, Diagnostic> {
        panic!("opened")
    }
}

#[async_trait]
impl ListResource<()> for Strict {
    fn type_name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        needs_mood(config, diagnostics);
    }

    async fn list(&self, (): &(), _: Object, _: &ListResults) -> Result<(), Diagnostic> {
        panic!("listed")
    }
}

#[async_trait]
impl Action<()> for Strict {
    fn type_name(&self) -> &'static str {
        THING
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        needs_mood(config, diagnostics);
    }

    async fn invoke(
        &self,
        (): &(),
        _: Object,
        _: &ActionProgress,
        _: &mut Diagnostics,
    ) -> Result<(), Diagnostic> {
        panic!("invoked")
    }
}

fn config(mood: impl Into<Value>) -> Object {
    Object::new().with("mood", mood)
}

async fn engine() -> Arc<Engine<Strict>> {
    let engine = Arc::new(Engine::new(Strict));
    let problems = &engine.registry().problems;
    assert!(problems.is_empty(), "{problems:?}");
    let said = engine
        .configure(CONNECTION, config("good"), String::new())
        .await;
    assert!(said.is_empty());
    engine
}

#[track_caller]
fn refuses(diagnostics: &Diagnostics, summary: &str, path: &str) {
    let found: Vec<_> = diagnostics
        .iter()
        .map(|it| (it.summary.as_str(), it.path.clone()))
        .collect();
    let path = crate::framework::path::Path::attribute(path);
    assert_eq!(found, [(summary, Some(path))]);
}

/// Each mood that is refused, and the error about it.
fn unfit() -> [(Value, &'static str); 3] {
    [
        ("bad".into(), "Bad mood"),
        (Value::Null, "No mood"),
        (Value::unknown(), "Value is not known yet"),
    ]
}

#[tokio::test]
async fn an_action_is_not_carried_out() {
    let engine = engine().await;
    for (mood, summary) in unfit() {
        let (progress, _said) = ActionProgress::channel();
        let said = engine
            .invoke(CONNECTION, THING, config(mood), &progress)
            .await;
        refuses(&said, summary, "mood");
    }
}

#[tokio::test]
async fn a_data_source_is_not_read() {
    let engine = engine().await;
    for (mood, summary) in unfit() {
        let capabilities = Capabilities::default();
        let read = engine
            .read_data(CONNECTION, THING, config(mood), capabilities)
            .await;
        refuses(&read.diagnostics, summary, "mood");
        assert!(read.state.is_none());
    }
}

#[tokio::test]
async fn an_ephemeral_resource_is_not_opened() {
    let engine = engine().await;
    for (mood, summary) in [unfit()[0].clone(), unfit()[2].clone()] {
        let capabilities = Capabilities::default();
        let opened = engine
            .open_ephemeral(CONNECTION, THING, config(mood), capabilities)
            .await;
        refuses(&opened.read.diagnostics, summary, "mood");
    }
}

#[tokio::test]
async fn nothing_is_listed() {
    for (mood, summary) in unfit() {
        let call = ListCall {
            config: config(mood),
            include_object: false,
            limit: None,
        };
        let (sender, mut events) = mpsc::channel(4);
        let listing = engine().await.list(CONNECTION, THING.into(), call, sender);
        listing.await;
        refuses(&events.recv().await.unwrap().diagnostics, summary, "mood");
        assert!(events.recv().await.is_none());
    }
}

#[tokio::test]
async fn a_provider_is_configured_with_nothing_invalid_but_with_unknowns() {
    let engine = engine().await;
    for (mood, summary) in &unfit()[..2] {
        let said = engine
            .configure(CONNECTION, config(mood.clone()), String::new())
            .await;
        refuses(&said, summary, "mood");
    }
    let said = engine
        .configure(CONNECTION, config(Value::unknown()), String::new())
        .await;
    assert!(said.is_empty(), "{said:?}");
}

#[tokio::test]
async fn a_change_is_not_made() {
    let long = "a".repeat(51);
    for (name, summary) in [
        (Value::from(long.as_str()), "Name is too long"),
        (Value::unknown(), "Value is not known yet"),
    ] {
        let planned = thing(Value::unknown(), &long);
        let config = Object::new().with("name", name);
        for prior in [None, Some(thing("7".into(), "a"))] {
            let applied =
                apply_config(|_| panic!("sent"), prior, Some(planned.clone()), &config).await;
            refuses(&applied.diagnostics, summary, "name");
            assert!(
                applied.state.is_none(),
                "with an error, the prior state holds"
            );
        }
    }
}
