//! Actions: checked, planned, then invoked, with a stream of what they say (TPP §8.12).

use serde_json::Value;
use tonic::Streaming;

use super::configure::said;
use super::{answered, has_errors};
use crate::host::Host;
use crate::host::diagnostics::{self, Answer};
use crate::host::value::{Type, encode, is_wholly_known};
use crate::host::wire::tfplugin6 as wire;
use wire::invoke_action::event::Type as Said;

const CALL: &str = "InvokeAction";

impl Host {
    /// Checks an action's configuration; values may be unknown.
    pub async fn validate_action(&self, name: &str, config: &Value) -> Answer<()> {
        let request = wire::validate_action_config::Request {
            type_name: name.to_owned(),
            config: Some(encode(config, &self.action(name).await)),
        };
        let answer = self.provider().validate_action_config(request).await;
        said(answered("ValidateActionConfig", answer).diagnostics)
    }

    /// Plans an action, as core does after the plan of what triggers it; values may be unknown.
    pub async fn plan_action(&self, name: &str, config: &Value) -> Answer<()> {
        let request = wire::plan_action::Request {
            action_type: name.to_owned(),
            config: Some(encode(config, &self.action(name).await)),
            client_capabilities: self.capabilities,
        };
        let answer = answered("PlanAction", self.provider().plan_action(request).await);
        assert!(answer.deferred.is_none(), "PlanAction: not allowed");
        said(answer.diagnostics)
    }

    /// Checks, plans and invokes an action. The result is what it said on its way, also if it failed.
    pub async fn invoke(&self, name: &str, config: Value) -> Answer<Vec<String>> {
        for refusal in [
            self.validate_action(name, &config).await,
            self.plan_action(name, &config).await,
        ] {
            if has_errors(&refusal.diagnostics) {
                return Answer {
                    result: None,
                    diagnostics: refusal.diagnostics,
                };
            }
        }
        self.invoke_late(name, config).await
    }

    /// Invokes an action as core does when something of its configuration became known only now: after the plan,
    /// nothing asks for checks.
    pub async fn invoke_late(&self, name: &str, config: Value) -> Answer<Vec<String>> {
        let mut events = self.start_action(name, config).await;
        let mut progress = Vec::new();
        let completed = loop {
            match next(&mut events).await {
                Some(Said::Progress(step)) => progress.push(step.message),
                Some(Said::Completed(completed)) => break completed,
                None => panic!("{CALL}: the stream ended without a completion"),
            }
        };
        let more = next(&mut events).await;
        assert_eq!(more, None, "{CALL}: nothing follows a completion");
        Answer {
            result: Some(progress),
            diagnostics: diagnostics::from_wire(completed.diagnostics),
        }
    }

    /// Begins an action.
    pub async fn start_action(
        &self,
        name: &str,
        config: Value,
    ) -> Streaming<wire::invoke_action::Event> {
        assert!(is_wholly_known(&config), "by now everything is known");
        let request = wire::invoke_action::Request {
            action_type: name.to_owned(),
            config: Some(encode(&config, &self.action(name).await)),
            client_capabilities: self.capabilities,
        };
        answered(CALL, self.provider().invoke_action(request).await)
    }

    pub(super) async fn action(&self, name: &str) -> Type {
        let schemas = self.schemas().await;
        match schemas.actions.get(name) {
            Some(action) => action.ty(),
            None => panic!("no action {name} in {:?}", schemas.actions.keys()),
        }
    }
}

async fn next(events: &mut Streaming<wire::invoke_action::Event>) -> Option<Said> {
    match events.message().await {
        Ok(Some(event)) if event.r#type.is_none() => {
            panic!("{CALL}: an event of no type: core itself panics")
        }
        Ok(event) => event?.r#type,
        Err(status) => panic!("Plugin error: unexpected error from {CALL}: {status:?}"),
    }
}
