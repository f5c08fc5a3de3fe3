//! From request body to typed fields, with the portal's validation answers (API §2.2, §4.1, §8.3).
//!
//! Two stages, as in the portal: the parser stage stops at the first value of a wrong type and reports its JSON path;
//! the schema stage looks at every field and reports property names.

use secrecy::{ExposeSecret, SecretString};

use crate::front::json::{self, Node, Value};
use crate::profile::Profile;

/// One key of the `errors` object with its sentence.
pub(crate) type ValidationErrors = Vec<(String, String)>;

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

/// Reads the body of the batch retry: the journal ids, `None` when the member is absent or null.
pub(crate) fn bind_ids(body: &[u8]) -> Result<Option<Vec<i32>>, ValidationErrors> {
    let mut ids = None;
    bind_members(
        body,
        "ASC.Web.Api.ApiModels.RequestsDto.WebhookRetryRequestsDto",
        |name, node, path| {
            if !name.eq_ignore_ascii_case("ids") {
                return Ok(());
            }
            ids = match &node.value {
                Value::Null => None,
                Value::Array(items) => Some(
                    items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| number(item, &format!("{path}[{index}]")))
                        .collect::<Result<Vec<_>, _>>()?,
                ),
                _ => {
                    let list = "System.Collections.Generic.List`1[System.Int32]";
                    return Err(cannot_convert(node, path, list));
                }
            };
            Ok(())
        },
    )?;
    Ok(ids)
}

/// Reads `{"limitedAccessForUsers": bool}`.
pub(crate) fn bind_dev_tools(body: &[u8]) -> Result<bool, ValidationErrors> {
    let mut limited = false;
    bind_members(
        body,
        "ASC.Web.Api.ApiModels.RequestsDto.TenantDevToolsAccessSettingsDto",
        |name, node, path| {
            if name.eq_ignore_ascii_case("limitedAccessForUsers") {
                limited = boolean(node, path)?;
            }
            Ok(())
        },
    )?;
    Ok(limited)
}

/// Reads a body that is one object, member by member.
pub(crate) fn bind_members(
    body: &[u8],
    type_name: &str,
    mut bind: impl FnMut(&str, &Node, &str) -> Result<(), ValidationErrors>,
) -> Result<(), ValidationErrors> {
    if body.is_empty() {
        return Err(no_body());
    }
    let document = json::parse(body);
    let root = document.root.as_ref();
    match root.map(|node| &node.value) {
        Some(Value::Object(members)) => {
            for (name, node) in members {
                bind(name, node, &format!("$.{name}"))?;
            }
        }
        Some(Value::Null) => return Err(no_body()),
        Some(_) => {
            return Err(root.map_or_else(Vec::new, |node| cannot_convert(node, "$", type_name)));
        }
        None => {}
    }
    match document.error {
        Some(error) => Err(vec![(error.path, error.message)]),
        None => Ok(()),
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

pub(crate) fn required(errors: &mut ValidationErrors, field: &str, value: Option<&str>) {
    if value.is_none_or(|text| text.trim().is_empty()) {
        errors.push((field.to_owned(), format!("The {field} field is required.")));
    }
}

fn limited(errors: &mut ValidationErrors, field: &str, value: Option<&str>, limit: usize) {
    if value.is_some_and(|text| text.encode_utf16().count() > limit) {
        let message =
            format!("The field {field} must be a string with a maximum length of {limit}.");
        errors.push((field.to_owned(), message));
    }
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
            if let Some(mask) = crate::nouns::catalogue::trigger::mask_of_names(text) {
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

/// Plain numbers may also be given as text (API §2.2).
pub(crate) fn number(node: &Node, path: &str) -> Result<i32, ValidationErrors> {
    match &node.value {
        Value::Number(digits) | Value::Text(digits) if !digits.starts_with('+') => {
            digits.parse().ok()
        }
        _ => None,
    }
    .ok_or_else(|| cannot_convert(node, path, "System.Int32"))
}

pub(crate) fn text(node: &Node, path: &str) -> Result<Option<String>, ValidationErrors> {
    match &node.value {
        Value::Text(text) => Ok(Some(text.clone())),
        Value::Null => Ok(None),
        _ => Err(cannot_convert(node, path, "System.String")),
    }
}

pub(crate) fn boolean(node: &Node, path: &str) -> Result<bool, ValidationErrors> {
    match node.value {
        Value::Bool(value) => Ok(value),
        _ => Err(cannot_convert(node, path, "System.Boolean")),
    }
}

pub(crate) fn cannot_convert(node: &Node, path: &str, type_name: &str) -> ValidationErrors {
    let json::Position { line, byte } = node.position;
    let message = format!(
        "The JSON value could not be converted to {type_name}. Path: {path} | LineNumber: {line} | BytePositionInLine: {byte}."
    );
    vec![(path.to_owned(), message)]
}

pub(crate) fn missing_property(type_name: &str, property: &str) -> ValidationErrors {
    let message = format!(
        "JSON deserialization for type '{type_name}' was missing required properties including: '{property}'."
    );
    vec![("$".to_owned(), message)]
}

fn no_body() -> ValidationErrors {
    vec![(
        String::new(),
        "A non-empty request body is required.".to_owned(),
    )]
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
