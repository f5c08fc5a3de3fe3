//! Tests of applying: no row of TPP §7.3 in which an object is lost.

use super::super::fake::{apply, thing};
use super::*;
use crate::framework::value::{SecretText, Value};

fn planned() -> Object {
    thing(Value::unknown(), "a")
}

fn created() -> Object {
    thing("7".into(), "a")
}

fn private() -> PrivateState {
    PrivateState::from_bytes(b"p".to_vec())
}

fn failure() -> Diagnostic {
    Diagnostic::error("Could not", "Because.")
}

#[tokio::test]
async fn a_creation_returns_state_private_state_and_identity() {
    let applied = apply(
        |progress| {
            progress.save(created(), private());
            Ok(())
        },
        None,
        Some(planned()),
    )
    .await;
    assert!(applied.diagnostics.is_empty());
    assert_eq!(applied.state, Some(created()));
    assert_eq!(applied.private, private());
    assert_eq!(applied.identity, Some(Object::new().with("id", "7")));
}

#[tokio::test]
async fn what_was_created_survives_a_later_error() {
    let behavior = |progress: &Progress| {
        progress.save(created(), private());
        Err(failure())
    };
    let applied = apply(behavior, None, Some(planned())).await;
    assert!(applied.diagnostics.has_errors());
    assert_eq!(applied.state, Some(created()));
    assert_eq!(applied.private, private());
}

#[tokio::test]
async fn what_was_created_survives_a_panic() {
    let behavior = |progress: &Progress| {
        progress.save(created(), private());
        panic!("hidden")
    };
    let applied = apply(behavior, None, Some(planned())).await;
    assert!(applied.diagnostics.has_errors());
    assert_eq!(applied.state, Some(created()));
    assert!(!format!("{:?}", applied.diagnostics).contains("hidden"));
}

#[tokio::test]
async fn a_failed_change_without_a_record_answers_nothing_so_that_the_prior_state_stays() {
    for planned in [None, Some(thing("7".into(), "b"))] {
        let applied = apply(|_| Err(failure()), Some(created()), planned).await;
        assert!(applied.diagnostics.has_errors() && applied.state.is_none());
    }
}

#[tokio::test]
async fn a_deletion_leaves_nothing() {
    let applied = apply(|_| Ok(()), Some(created()), None).await;
    assert!(applied.diagnostics.is_empty() && applied.state.is_none());
}

#[tokio::test]
async fn a_success_without_a_state_is_a_bug() {
    let applied = apply(|_| Ok(()), None, Some(planned())).await;
    assert!(applied.diagnostics.has_errors());
}

#[tokio::test]
async fn a_broken_promise_is_reported_and_the_object_kept() {
    let behavior = |progress: &Progress| {
        progress.save(thing("7".into(), "other"), private());
        Ok(())
    };
    let applied = apply(behavior, None, Some(planned())).await;
    assert!(applied.diagnostics.has_errors());
    assert_eq!(applied.state, Some(thing("7".into(), "other")));
}

#[tokio::test]
async fn a_state_that_cannot_be_stored_is_made_storable() {
    let behavior = |progress: &Progress| {
        let broken = thing(Value::unknown(), "a")
            .with("enabled", "yes")
            .with("secret", SecretText::new("hidden"))
            .with("foreign", true);
        progress.save(broken, private());
        Ok(())
    };
    let applied = apply(behavior, None, Some(planned())).await;
    assert!(applied.diagnostics.has_errors());
    let expected = thing(Value::Null, "a").with("enabled", Value::Null);
    assert_eq!(applied.state, Some(expected));
}
