//! From our types to the wire.

use super::shown;
use crate::framework::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::framework::function::FunctionError;
use crate::framework::path::{Path, Step};
use crate::framework::value::{Object, Type, Value};
use crate::wire::tfplugin6 as wire;

/// Encodes a value as msgpack. The engine has checked it, so a value that does not fit is a bug.
pub(super) fn value(ty: &Type, value: &Value) -> Result<wire::DynamicValue, Diagnostic> {
    match value.to_msgpack(ty) {
        Ok(msgpack) => Ok(wire::DynamicValue {
            msgpack,
            json: Vec::new(),
        }),
        Err(error) => Err(Diagnostic::bug(format!("{error}."))),
    }
}

/// Encodes an object, or null if there is none.
pub(super) fn object(ty: &Type, object: Option<Object>) -> Result<wire::DynamicValue, Diagnostic> {
    value(ty, &object.map_or(Value::Null, Value::Object))
}

/// Encodes a state for an answer. A state that cannot be encoded must not fail the call, which
/// would lose the object: null and an error tell Terraform to keep what it had.
pub(super) fn state(
    ty: &Type,
    object: Option<Object>,
    diagnostics: &mut Vec<wire::Diagnostic>,
) -> Option<wire::DynamicValue> {
    match self::object(ty, object) {
        Ok(encoded) => Some(encoded),
        Err(diagnostic) => {
            diagnostics.push(self::diagnostic(diagnostic));
            None
        }
    }
}

/// Encodes an identity; none leaves the field unset, which Terraform takes for "not known".
pub(super) fn identity(
    ty: Option<&Type>,
    identity: Option<Object>,
) -> Result<Option<wire::ResourceIdentityData>, Diagnostic> {
    let (Some(ty), Some(identity)) = (ty, identity) else {
        return Ok(None);
    };
    let identity_data = Some(object(ty, Some(identity))?);
    Ok(Some(wire::ResourceIdentityData { identity_data }))
}

/// Encodes diagnostics in order.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<wire::Diagnostic> {
    diagnostics.into_iter().map(diagnostic).collect()
}

/// Encodes one diagnostic.
pub(super) fn diagnostic(diagnostic: Diagnostic) -> wire::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => wire::diagnostic::Severity::Error,
        Severity::Warning => wire::diagnostic::Severity::Warning,
    };
    wire::Diagnostic {
        severity: severity.into(),
        summary: shown::line(diagnostic.summary),
        detail: shown::lines(diagnostic.detail),
        attribute: diagnostic.path.as_ref().map(path),
    }
}

/// Encodes the error of a function.
pub(super) fn function_error(error: FunctionError) -> wire::FunctionError {
    wire::FunctionError {
        text: shown::lines(error.text),
        function_argument: error.argument,
    }
}

/// The diagnostic for a type that the provider does not have.
pub(super) fn missing(type_name: &str) -> Diagnostic {
    Diagnostic::bug(format!("There is no {type_name:?} in this provider."))
}

/// Encodes why an answer is deferred.
pub(super) fn deferred(is_deferred: bool) -> Option<wire::Deferred> {
    is_deferred.then(|| wire::Deferred {
        reason: wire::deferred::Reason::ProviderConfigUnknown.into(),
    })
}

/// Encodes where something is.
pub(super) fn path(path: &Path) -> wire::AttributePath {
    use wire::attribute_path::step::Selector;
    let step = |step: &Step| wire::attribute_path::Step {
        selector: Some(match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        }),
    };
    wire::AttributePath {
        steps: path.steps().iter().map(step).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_steps() {
        let encoded = path(
            &Path::attribute("hooks")
                .then(Step::Index(1))
                .then(Step::Key("k".to_owned())),
        );
        let selectors: Vec<_> = encoded
            .steps
            .into_iter()
            .map(|step| format!("{:?}", step.selector))
            .collect();
        assert_eq!(
            selectors,
            [
                r#"Some(AttributeName("hooks"))"#,
                "Some(ElementKeyInt(1))",
                r#"Some(ElementKeyString("k"))"#
            ]
        );
    }

    #[test]
    fn what_is_told_holds_nothing_that_a_terminal_obeys() {
        let told = diagnostic(Diagnostic::warning(
            "Webhook \"\u{1b}[31mred\" already exists",
            "It is \u{1b}[31mred.\n\nimport {}",
        ));
        assert_eq!(told.summary, "Webhook \"\u{fffd}[31mred\" already exists");
        assert_eq!(told.detail, "It is \u{fffd}[31mred.\n\nimport {}");
        let error = FunctionError {
            text: "\u{9b}31mred".to_owned(),
            argument: None,
        };
        assert_eq!(function_error(error).text, "\u{fffd}31mred");
    }

    #[test]
    fn values_stay_as_they_are() {
        let name = Value::from("\u{1b}[31mred");
        let encoded = value(&Type::String, &name).unwrap();
        assert!(encoded.msgpack.contains(&0x1b));
    }

    #[test]
    fn no_identity_leaves_the_field_unset() {
        assert_eq!(identity(Some(&Type::Bool), None).unwrap(), None);
        assert_eq!(identity(None, Some(Object::new())).unwrap(), None);
    }
}
