//! Tests of planning: Terraform's rules of what a plan may be (TPP §7.1).

use super::super::fake::{CONNECTION, Fake, THING, engine, plan, thing};
use super::*;
use crate::framework::value::SecretText;

fn config(name: &str) -> Object {
    Object::new().with("name", name)
}

fn state_of(planned: Planned) -> Object {
    assert!(
        !planned.diagnostics.has_errors(),
        "{:?}",
        planned.diagnostics
    );
    planned.state.unwrap()
}

#[tokio::test]
async fn a_creation_plans_defaults_and_unknown_computed_values() {
    let state = state_of(plan(Fake::default(), None, config("a")).await);
    let expected = thing(Value::unknown(), "a").with("expired", Value::unknown());
    assert_eq!(state, expected);
}

#[tokio::test]
async fn an_unchanged_configuration_plans_the_prior_state() {
    let prior = thing("7".into(), "a");
    let planned = plan(Fake::default(), Some(prior.clone()), config("a")).await;
    assert_eq!(planned.private, PrivateState::from_bytes(b"kept".to_vec()));
    assert_eq!(planned.identity, Some(Object::new().with("id", "7")));
    assert_eq!(state_of(planned), prior);
}

#[tokio::test]
async fn removing_an_argument_goes_back_to_its_default_or_null() {
    let prior = thing("7".into(), "a")
        .with("enabled", false)
        .with("note", "x");
    let state = state_of(plan(Fake::default(), Some(prior), config("a")).await);
    let expected = thing("7".into(), "a").with("expired", Value::unknown());
    assert_eq!(state, expected);
}

/// The prior value is what was read last; showing it as known after apply would make every plan an update.
#[tokio::test]
async fn what_changes_by_itself_is_no_change_and_no_promise() {
    let prior = thing("7".into(), "a").with("expired", true);
    let unchanged = plan(Fake::default(), Some(prior.clone()), config("a")).await;
    assert_eq!(state_of(unchanged), prior);
    let changed = config("a").with("note", "x");
    let changed = state_of(plan(Fake::default(), Some(prior), changed).await);
    assert!(changed.get("expired").is_unknown());
    assert_eq!(changed.get("id"), &Value::from("7"));
}

#[tokio::test]
async fn write_only_values_never_reach_the_plan() {
    let config = config("a").with("secret", SecretText::new("hidden"));
    let planning = |plan: &mut Plan| plan.state.set("secret", SecretText::new("hidden"));
    let planned = plan(
        Fake {
            planning,
            ..Fake::default()
        },
        None,
        config,
    )
    .await;
    assert_eq!(state_of(planned).get("secret"), &Value::Null);
}

#[tokio::test]
async fn unknown_arguments_stay_unknown() {
    let config = config("a")
        .with("note", Value::unknown())
        .with("enabled", Value::unknown());
    let state = state_of(plan(Fake::default(), None, config).await);
    assert!(state.get("note").is_unknown() && state.get("enabled").is_unknown());
}

#[tokio::test]
async fn a_plan_that_terraform_would_refuse_is_reported_as_a_bug() {
    let breaking: [fn(&mut Plan); 4] = [
        |plan| plan.state.set("name", "other"),
        |plan| plan.state.set("note", "invented"),
        |plan| plan.state.set("name", Value::unknown()),
        |plan| plan.state.set("enabled", "yes"),
    ];
    for planning in breaking {
        let planned = plan(
            Fake {
                planning,
                ..Fake::default()
            },
            None,
            config("a"),
        )
        .await;
        assert!(planned.diagnostics.has_errors());
    }
}

#[tokio::test]
async fn a_prior_spelling_may_be_kept() {
    let planning = |plan: &mut Plan| plan.state.set("name", "A");
    let prior = thing("7".into(), "A");
    let planned = plan(
        Fake {
            planning,
            ..Fake::default()
        },
        Some(prior.clone()),
        config("a"),
    )
    .await;
    assert_eq!(state_of(planned), prior);
}

#[tokio::test]
async fn a_deletion_plans_nothing_and_asks_nobody() {
    let planning = |_: &mut Plan| panic!("must not be asked");
    let call = PlanCall {
        prior: Some(thing("7".into(), "a")),
        config: None,
        private: PrivateState::default(),
        planned: PrivateState::default(),
        identity: None,
        capabilities: Capabilities::default(),
    };
    let engine = engine(Fake {
        planning,
        ..Fake::default()
    })
    .await;
    let planned = engine.plan(CONNECTION, THING, call).await;
    assert!(planned.state.is_none() && planned.diagnostics.is_empty());
}

/// When Terraform replaces an object, it plans the new one with the identity of the old one.
#[tokio::test]
async fn what_replaces_an_object_does_not_take_its_identity() {
    let call = PlanCall {
        prior: None,
        config: Some(config("a")),
        private: PrivateState::default(),
        planned: PrivateState::default(),
        identity: Some(Object::new().with("id", "7")),
        capabilities: Capabilities::default(),
    };
    let engine = engine(Fake::default()).await;
    let planned = engine.plan(CONNECTION, THING, call).await;
    assert_eq!(planned.identity, None);
}

#[tokio::test]
async fn a_review_sees_the_finished_plan_and_adds_to_what_is_told() {
    let review = |plan: &Plan, diagnostics: &mut Diagnostics| {
        let secret = plan.state.get("secret");
        diagnostics.push(Diagnostic::warning("Seen", format!("{secret:?}")));
    };
    let config = config("a").with("secret", SecretText::new("hidden"));
    let fake = Fake {
        planning: |plan| plan.state.set("secret", SecretText::new("hidden")),
        review,
        ..Fake::default()
    };
    let planned = plan(fake, None, config).await;
    let told: Vec<_> = planned.diagnostics.iter().collect();
    assert_eq!(told, [&Diagnostic::warning("Seen", "Null")]);
}

/// Planning still happens, from the configuration.
#[tokio::test]
async fn nobody_reviews_before_the_provider_is_configured() {
    let call = PlanCall {
        prior: None,
        config: Some(config("a")),
        private: PrivateState::default(),
        planned: PrivateState::default(),
        identity: None,
        capabilities: Capabilities::default(),
    };
    let engine = Engine::new(Fake {
        review: |_, _| panic!("must not be asked"),
        ..Fake::default()
    });
    let planned = engine.plan(CONNECTION, THING, call).await;
    assert_eq!(state_of(planned).get("name"), &Value::from("a"));
}

#[tokio::test]
async fn a_panic_while_planning_becomes_a_diagnostic() {
    let planning = |_: &mut Plan| panic!("hidden");
    let planned = plan(
        Fake {
            planning,
            ..Fake::default()
        },
        None,
        config("a"),
    )
    .await;
    assert!(planned.diagnostics.has_errors());
    assert!(!format!("{planned:?}").contains("hidden"));
}

/// A plan of a thing that asks for a replacement.
async fn planned(prior: Option<Object>, config: Object, planning: fn(&mut Plan)) -> Planned {
    let fake = Fake {
        planning,
        ..Fake::default()
    };
    plan(fake, prior, config).await
}

#[tokio::test]
async fn a_change_can_require_a_replacement() {
    let planning = |plan: &mut Plan| plan.require_replacement("note");
    let prior = thing("7".into(), "a").with("note", "x");
    for note in ["y".into(), Value::Null, Value::unknown()] {
        let config = config("a").with("note", note);
        let planned = planned(Some(prior.clone()), config, planning).await;
        assert!(planned.diagnostics.is_empty(), "{planned:?}");
        assert_eq!(planned.replacements, [Path::attribute("note")]);
    }
}

/// An object can need a successor because of what it became, such as a key that has expired.
#[tokio::test]
async fn a_computed_value_can_require_a_replacement() {
    let prior = thing("7".into(), "a").with("expired", true);
    let planning = |plan: &mut Plan| plan.require_replacement("expired");
    let planned = planned(Some(prior), config("a"), planning).await;
    assert_eq!(planned.replacements, [Path::attribute("expired")]);
    assert!(state_of(planned).get("expired").is_unknown());
}

#[tokio::test]
async fn a_creation_replaces_nothing() {
    let planning = |plan: &mut Plan| plan.require_replacement("note");
    let planned = planned(None, config("a"), planning).await;
    assert!(planned.diagnostics.is_empty() && planned.replacements.is_empty());
}

/// Terraform would silently carry out such a plan in place.
#[tokio::test]
async fn a_replacement_without_a_difference_is_a_bug() {
    let breaking: [fn(&mut Plan); 2] = [
        |plan| plan.require_replacement("name"),
        |plan| plan.require_replacement("unheard_of"),
    ];
    for planning in breaking {
        let prior = thing("7".into(), "a");
        let planned = planned(Some(prior), config("a"), planning).await;
        assert!(planned.diagnostics.has_errors() && planned.replacements.is_empty());
    }
}

#[tokio::test]
async fn a_deletion_is_reviewed_and_may_be_refused() {
    let engine = engine(Fake {
        farewell: |prior, diagnostics| {
            let id = prior.get("id").as_str().unwrap();
            diagnostics.push(Diagnostic::error(format!("{id} stays"), "Keep it."));
        },
        ..Fake::default()
    })
    .await;
    let call = PlanCall {
        prior: Some(thing("7".into(), "a")),
        config: None,
        private: PrivateState::default(),
        planned: PrivateState::default(),
        identity: None,
        capabilities: Capabilities::default(),
    };
    let planned = engine.plan(CONNECTION, THING, call).await;
    let said: Vec<_> = planned.diagnostics.iter().collect();
    assert_eq!(said.len(), 1);
    assert_eq!(said[0].summary, "7 stays");
    assert!(planned.state.is_none());
}
