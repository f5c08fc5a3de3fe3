use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::provider::{ConfigureRequest, Offer};
use crate::framework::schema::Schema;

const TOKEN: &str = "fake_token";
const ONE: ConnectionKey = ConnectionKey(1);
const OTHER: ConnectionKey = ConnectionKey(2);

/// What became of tokens, by number.
#[derive(Default)]
struct Tokens {
    made: Mutex<u8>,
    closed: Mutex<Vec<u8>>,
    /// How many closings fail first.
    stubborn: Mutex<u8>,
}

struct Provides;

#[async_trait]
impl Provider for Provides {
    type Context = Arc<Tokens>;

    fn schema(&self) -> Schema {
        Schema::new("A fake.")
    }

    async fn configure(&self, _: ConfigureRequest, _: &mut Diagnostics) -> Option<Arc<Tokens>> {
        Some(Arc::default())
    }

    fn offer(&self) -> Offer<Arc<Tokens>> {
        Offer::default().ephemeral_resource(Token)
    }
}

struct Token;

#[async_trait]
impl EphemeralResource<Arc<Tokens>> for Token {
    fn type_name(&self) -> &'static str {
        TOKEN
    }

    fn schema(&self) -> Schema {
        Schema::new("A token.")
    }

    async fn open(
        &self,
        tokens: &Arc<Tokens>,
        config: Object,
        _: &mut Diagnostics,
    ) -> Result<Opened, Diagnostic> {
        let mut made = tokens.made.lock().unwrap();
        *made += 1;
        Ok(Opened {
            value: config,
            held: PrivateState::from_bytes(vec![*made]),
        })
    }

    async fn close(&self, tokens: &Arc<Tokens>, held: &PrivateState) -> Result<(), Diagnostic> {
        let mut stubborn = tokens.stubborn.lock().unwrap();
        if *stubborn > 0 {
            *stubborn -= 1;
            return Err(Diagnostic::warning("Not closed", "Try again."));
        }
        let mut closed = tokens.closed.lock().unwrap();
        closed.extend(held.clone().into_bytes());
        Ok(())
    }
}

/// An engine with two connections, and a token of each.
async fn opened() -> (Engine<Provides>, [PrivateState; 2]) {
    let engine = Engine::new(Provides);
    let mut held = Vec::new();
    for connection in [ONE, OTHER] {
        let configured = engine.configure(connection, Object::new(), String::new());
        assert!(configured.await.is_empty());
        let capabilities = Capabilities::default();
        let opened = engine
            .open_ephemeral(connection, TOKEN, Object::new(), capabilities)
            .await;
        held.push(opened.held);
    }
    let [one, other] = held.try_into().unwrap();
    (engine, [one, other])
}

fn closed(engine: &Engine<Provides>, connection: ConnectionKey) -> Vec<u8> {
    let tokens = engine.context(connection).unwrap();
    tokens.closed.lock().unwrap().clone()
}

#[tokio::test]
async fn what_is_opened_is_closed_once() {
    let (engine, [one, _]) = opened().await;
    for _ in 0..2 {
        let said = engine.close_ephemeral(ONE, TOKEN, &one).await;
        assert!(said.is_empty());
    }
    assert_eq!(closed(&engine, ONE), [1]);
    assert!(closed(&engine, OTHER).is_empty());
    assert!(engine.close_all().await.is_empty());
    assert_eq!(closed(&engine, ONE), [1]);
    assert_eq!(closed(&engine, OTHER), [1]);
}

#[tokio::test]
async fn a_client_that_is_gone_has_everything_closed() {
    let (engine, _) = opened().await;
    assert!(engine.close_left_open(OTHER).await.is_empty());
    assert!(closed(&engine, ONE).is_empty());
    assert_eq!(closed(&engine, OTHER), [1]);
}

#[tokio::test]
async fn what_cannot_be_closed_is_told_and_tried_again() {
    let (engine, [one, _]) = opened().await;
    *engine.context(ONE).unwrap().stubborn.lock().unwrap() = 1;
    let said = engine.close_ephemeral(ONE, TOKEN, &one).await;
    assert_eq!(said.iter().count(), 1);
    assert!(closed(&engine, ONE).is_empty());
    assert!(engine.close_all().await.is_empty());
    assert_eq!(closed(&engine, ONE), [1]);
}
