//! From request body to the typed fields of a webhook (API §4.1, §8.3).

use secrecy::{ExposeSecret, SecretString};

use crate::front::binding::{
    ValidationErrors, bind_members, boolean, cannot_convert, limited, missing_property, number,
    required, text,
};
use crate::front::json::{Node, Value};
use crate::nouns::catalogue::trigger::mask_of_names;
use crate::profile::Profile;

/// Which body is expected; they differ in `id` and in the type name that errors show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebhookBody {
    Create,
    Update,
}

impl WebhookBody {
    fn type_name(self, profile: Profile) -> &'static str {
        match self {
            _ if !profile.separates_bodies() => {
                "ASC.Web.Api.ApiModels.RequestsDto.WebhooksConfigRequestsDto"
            }
            Self::Create => "ASC.Web.Api.ApiModels.RequestsDto.CreateWebhooksConfigRequestsDto",
            Self::Update => "ASC.Web.Api.ApiModels.RequestsDto.UpdateWebhooksConfigRequestsDto",
        }
    }
}

/// `triggers` as sent: the mask, and the text when a name was sent to the tutorial's portal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TriggersInput {
    pub(crate) mask: i64,
    pub(crate) text: Option<String>,
}

/// The fields of a webhook request; `None` means absent or null (API §4.1).
#[derive(Debug, Default)]
pub(crate) struct WebhookInput {
    pub(crate) id: Option<i32>,
    pub(crate) name: Option<String>,
    pub(crate) uri: Option<String>,
    pub(crate) secret: Option<SecretString>,
    pub(crate) enabled: Option<bool>,
    pub(crate) ssl: Option<bool>,
    pub(crate) triggers: Option<TriggersInput>,
    pub(crate) target_id: Option<String>,
}

impl WebhookInput {
    /// The name after validation has made sure that there is one.
    pub(crate) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or_default()
    }

    /// The address after validation has made sure that there is one.
    pub(crate) fn uri(&self) -> &str {
        self.uri.as_deref().unwrap_or_default()
    }

    pub(crate) fn mask(&self) -> i64 {
        self.triggers.as_ref().map_or(0, |triggers| triggers.mask)
    }
}

/// Reads the body of create, update and enable.
pub(crate) fn bind_webhook(
    body: &[u8],
    kind: WebhookBody,
    profile: Profile,
) -> Result<WebhookInput, ValidationErrors> {
    let mut input = WebhookInput::default();
    let type_name = kind.type_name(profile);
    bind_members(body, type_name, |name, node, path| {
        bind_field(&mut input, name, node, path, kind, profile)
    })?;
    if kind == WebhookBody::Update && profile.demands_id() && input.id.is_none() {
        return Err(missing_property(type_name, "id"));
    }
    let errors = schema_errors(&input, profile);
    if errors.is_empty() {
        Ok(input)
    } else {
        Err(errors)
    }
}

fn bind_field(
    input: &mut WebhookInput,
    name: &str,
    node: &Node,
    path: &str,
    kind: WebhookBody,
    profile: Profile,
) -> Result<(), ValidationErrors> {
    match name.to_ascii_lowercase().as_str() {
        "id" if kind == WebhookBody::Update || !profile.separates_bodies() => {
            input.id = Some(number(node, path)?);
        }
        "name" => input.name = text(node, path)?,
        "uri" => input.uri = text(node, path)?,
        "secretkey" => input.secret = text(node, path)?.map(SecretString::from),
        "enabled" => input.enabled = Some(boolean(node, path)?),
        "ssl" => input.ssl = Some(boolean(node, path)?),
        "triggers" if profile.has_triggers() => {
            input.triggers = Some(triggers(node, path, profile)?);
        }
        "targetid" if profile.has_triggers() => input.target_id = text(node, path)?,
        _ => {}
    }
    Ok(())
}

fn schema_errors(input: &WebhookInput, profile: Profile) -> ValidationErrors {
    let mut errors = Vec::new();
    required(&mut errors, "Name", input.name.as_deref());
    limited(&mut errors, "Name", input.name.as_deref(), 50);
    required(&mut errors, "Uri", input.uri.as_deref());
    let secret = input.secret.as_ref().map(ExposeSecret::expose_secret);
    limited(&mut errors, "SecretKey", secret, 50);
    if profile.limits_target_id() {
        limited(&mut errors, "TargetId", input.target_id.as_deref(), 255);
    }
    errors
}

fn triggers(node: &Node, path: &str, profile: Profile) -> Result<TriggersInput, ValidationErrors> {
    match &node.value {
        Value::Number(digits) => {
            let mask = if profile.has_wide_triggers() {
                digits.parse::<i64>().ok()
            } else {
                digits.parse::<i32>().ok().map(i64::from)
            };
            if let Some(mask) = mask {
                return Ok(TriggersInput { mask, text: None });
            }
        }
        Value::Text(text) if profile.accepts_trigger_names() => {
            if let Some(mask) = mask_of_names(text) {
                let text = Some(text.clone());
                return Ok(TriggersInput { mask, text });
            }
        }
        _ => {}
    }
    Err(cannot_convert(
        node,
        path,
        "ASC.Webhooks.Core.WebhookTrigger",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(body: &str) -> Result<WebhookInput, ValidationErrors> {
        bind_webhook(body.as_bytes(), WebhookBody::Create, Profile::V3_7)
    }

    fn errors(result: Result<WebhookInput, ValidationErrors>) -> ValidationErrors {
        result.expect_err("a refusal")
    }

    #[test]
    fn keys_match_in_any_case_and_the_last_duplicate_wins() {
        let input = create(r#"{"NAME":"a","Uri":"u","name":"b","tRiGgErS":384,"other":[]}"#)
            .expect("a valid body");
        assert_eq!(input.name(), "b");
        assert_eq!(input.mask(), 384);
    }

    #[test]
    fn triggers_must_be_a_whole_number_of_64_bits() {
        for wrong in [
            "\"FileUploaded\"",
            "\"256\"",
            "null",
            "true",
            "[]",
            "{}",
            "1.5",
            "1e2",
            "9223372036854775808",
        ] {
            let body = format!(r#"{{"name":"n","uri":"u","triggers":{wrong}}}"#);
            let errors = errors(create(&body));
            assert_eq!(errors.len(), 1);
            assert_eq!(errors[0].0, "$.triggers", "{wrong}");
        }
        let body = r#"{"name":"n","uri":"u","triggers":-9223372036854775808}"#;
        assert_eq!(create(body).expect("accepted").mask(), i64::MIN);
    }

    #[test]
    fn create_had_an_id_up_to_3_1() {
        let body = br#"{"id":"x","name":"n","uri":"u"}"#;
        let create = |profile| bind_webhook(body, WebhookBody::Create, profile);
        assert_eq!(errors(create(Profile::V3_1))[0].0, "$.id");
        assert!(create(Profile::V3_6).is_ok(), "an unknown member");
        let root = bind_webhook(b"[]", WebhookBody::Create, Profile::V3_1);
        assert!(
            errors(root)[0]
                .1
                .contains("RequestsDto.WebhooksConfigRequestsDto.")
        );
    }

    #[test]
    fn a_wrong_trigger_is_reported_with_its_position() {
        let errors = errors(create(r#"{"triggers":"FileUploaded"}"#));
        assert_eq!(
            errors[0].1,
            "The JSON value could not be converted to ASC.Webhooks.Core.WebhookTrigger. Path: $.triggers | LineNumber: 0 | BytePositionInLine: 26."
        );
    }

    #[test]
    fn older_portals_have_32_bits() {
        let body = br#"{"name":"n","uri":"u","triggers":2147483648}"#;
        assert!(bind_webhook(body, WebhookBody::Create, Profile::V3_6).is_err());
        assert!(bind_webhook(body, WebhookBody::Create, Profile::V3_7).is_ok());
    }

    #[test]
    fn a_wrong_value_is_reported_before_a_later_syntax_error() {
        assert_eq!(errors(create(r#"{"enabled":"true","#))[0].0, "$.enabled");
        assert_eq!(errors(create(r#"{"enabled":true,"#))[0].0, "$");
    }

    #[test]
    fn the_schema_looks_at_every_field() {
        let long = "x".repeat(256);
        let body = format!(r#"{{"name":" ","secretKey":"{long}","targetId":"{long}"}}"#);
        let keys: Vec<_> = errors(create(&body))
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, ["Name", "Uri", "SecretKey", "TargetId"]);
    }

    #[test]
    fn lengths_are_counted_in_utf_16_code_units() {
        let body = |name: &str| format!(r#"{{"name":"{name}","uri":"u"}}"#);
        assert!(create(&body(&"é".repeat(50))).is_ok());
        assert!(create(&body(&"😀".repeat(25))).is_ok());
        assert_eq!(
            errors(create(&body(&"😀".repeat(26)))),
            [(
                "Name".to_owned(),
                "The field Name must be a string with a maximum length of 50.".to_owned()
            )]
        );
    }

    #[test]
    fn an_update_needs_its_id_as_number_or_text() {
        let update =
            |body: &str, profile| bind_webhook(body.as_bytes(), WebhookBody::Update, profile);
        let valid = r#"{"id":"5","name":"n","uri":"u"}"#;
        assert_eq!(update(valid, Profile::V3_7).expect("valid").id, Some(5));
        let missing = r#"{"name":"n","uri":"u"}"#;
        let refused = errors(update(missing, Profile::V3_7));
        assert_eq!(refused[0].0, "$");
        assert!(refused[0].1.contains("including: 'id'."));
        assert_eq!(update(missing, Profile::V3_1).expect("valid").id, None);
        let wrong = r#"{"id":"x","name":"n","uri":"u"}"#;
        assert_eq!(errors(update(wrong, Profile::V3_7))[0].0, "$.id");
    }

    #[test]
    fn empty_bodies_and_other_roots_are_refused() {
        assert_eq!(errors(create(""))[0].0, "");
        assert_eq!(errors(create("null"))[0].0, "");
        assert_eq!(errors(create("[]"))[0].0, "$");
        assert!(
            errors(create("7"))[0]
                .1
                .contains("CreateWebhooksConfigRequestsDto")
        );
    }

    #[test]
    fn the_tutorials_portal_takes_names() {
        let body = br#"{"name":"n","uri":"u","triggers":"FileUploaded"}"#;
        let input = bind_webhook(body, WebhookBody::Create, Profile::Tutorial).expect("accepted");
        assert_eq!(input.mask(), 256);
        assert_eq!(
            input.triggers.and_then(|triggers| triggers.text).as_deref(),
            Some("FileUploaded")
        );
    }
}
