//! Events: what happens on the portal and which webhooks receive it (API §10).

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::account::OWNER_ID;
use crate::nouns::catalogue::trigger::{self, Trigger};
use crate::nouns::webhooks::store::Webhook;
use crate::profile::Profile;

/// Something that happened, raised by a test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The trigger's value; in JSON its name, dotted name or value.
    #[serde(deserialize_with = "trigger_value")]
    pub trigger: i64,
    /// The id of the changed entity: a number as text, or a GUID.
    #[serde(default = "some_entity")]
    pub entity_id: String,
    /// The id that `targetId` is compared with, where it is not the entity's own (`form.submit`: the original form).
    #[serde(default)]
    pub target_id: Option<String>,
    /// The id of the user who did it.
    #[serde(default = "owner")]
    pub actor: String,
    /// The users who may read the entity besides the actor; `None` means everyone.
    #[serde(default)]
    pub readable_by: Option<Vec<String>>,
    /// The entity as delivered; `None` makes one up.
    #[serde(default)]
    pub payload: Option<Value>,
}

fn some_entity() -> String {
    "98765".to_owned()
}

fn owner() -> String {
    OWNER_ID.to_owned()
}

fn trigger_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let given = Value::deserialize(deserializer)?;
    let text = match &given {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    trigger::find(&text)
        .filter(|trigger| trigger.value != 0)
        .map(|trigger| trigger.value)
        .ok_or_else(|| {
            serde::de::Error::custom(format!(
                "{text:?} is not one trigger such as FileUploaded, file.uploaded or 256"
            ))
        })
}

/// An event that the portal cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the value of one trigger that this portal knows")]
pub struct InvalidEvent(pub i64);

impl Event {
    /// Makes an event by the owner about an entity that everyone may read.
    pub fn new(trigger: i64, entity_id: impl Into<String>) -> Self {
        Self {
            trigger,
            entity_id: entity_id.into(),
            target_id: None,
            actor: owner(),
            readable_by: None,
            payload: None,
        }
    }

    /// The row of the trigger table, if this portal knows it.
    pub(crate) fn row(&self, profile: Profile) -> Result<&'static Trigger, InvalidEvent> {
        trigger::known(profile)
            .find(|trigger| trigger.value != 0 && trigger.value == self.trigger)
            .ok_or(InvalidEvent(self.trigger))
    }

    /// Whether a webhook receives the event: enabled, subscribed, on target, and its creator may read the entity.
    pub(crate) fn matches(&self, webhook: &Webhook) -> bool {
        let is_subscribed = webhook.triggers == 0 || webhook.triggers & self.trigger != 0;
        let subject = self.target_id.as_ref().unwrap_or(&self.entity_id);
        let is_on_target = match webhook.target_id.as_deref() {
            None | Some("") => true,
            Some(target) => target == subject,
        };
        let may_read = webhook.created_by == self.actor
            || self
                .readable_by
                .as_ref()
                .is_none_or(|readers| readers.contains(&webhook.created_by));
        webhook.enabled && is_subscribed && is_on_target && may_read
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nouns::webhooks::store::NewWebhook;

    fn webhook(change: impl FnOnce(&mut NewWebhook)) -> Webhook {
        let mut new = NewWebhook {
            triggers: 384,
            ..NewWebhook::default()
        };
        change(&mut new);
        new.into_webhook()
    }

    #[test]
    fn a_webhook_hears_what_it_subscribed_to() {
        let event = Event::new(256, "5");
        assert!(event.matches(&webhook(|_| {})));
        assert!(event.matches(&webhook(|hook| hook.triggers = 0)));
        assert!(!event.matches(&webhook(|hook| hook.triggers = 128)));
        assert!(!event.matches(&webhook(|hook| hook.enabled = false)));
    }

    #[test]
    fn a_target_is_the_changed_entity_itself() {
        let event = Event::new(256, "5");
        assert!(event.matches(&webhook(|hook| hook.target_id = Some("5".to_owned()))));
        assert!(event.matches(&webhook(|hook| hook.target_id = Some(String::new()))));
        assert!(!event.matches(&webhook(|hook| hook.target_id = Some("6".to_owned()))));
        let form = Event {
            target_id: Some("7".to_owned()),
            ..event
        };
        assert!(form.matches(&webhook(|hook| hook.target_id = Some("7".to_owned()))));
        assert!(!form.matches(&webhook(|hook| hook.target_id = Some("5".to_owned()))));
    }

    #[test]
    fn the_creator_must_be_able_to_read_the_entity() {
        let mut event = Event::new(256, "5");
        event.readable_by = Some(vec!["reader".to_owned()]);
        assert!(event.matches(&webhook(|_| {})), "the creator's own action");
        let by = |user: &str| webhook(|hook| hook.created_by = user.to_owned());
        assert!(event.matches(&by("reader")));
        assert!(!event.matches(&by("stranger")));
    }

    #[test]
    fn triggers_are_given_by_any_of_their_names() {
        for text in ["\"FileUploaded\"", "\"file.uploaded\"", "256", "\"256\""] {
            let json = format!(r#"{{"trigger":{text}}}"#);
            let event: Event = serde_json::from_str(&json).expect("an event");
            assert_eq!(event.trigger, 256);
        }
        for text in ["0", "384", "\"*\"", "\"Nothing\"", "null"] {
            let json = format!(r#"{{"trigger":{text}}}"#);
            assert!(serde_json::from_str::<Event>(&json).is_err(), "{text}");
        }
        assert!(Event::new(1 << 31, "1").row(Profile::V3_6).is_err());
        assert!(Event::new(1 << 31, "1").row(Profile::V3_7).is_ok());
    }
}
