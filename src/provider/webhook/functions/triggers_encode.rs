//! `triggers_encode`: converts names of triggers to the number that the portal's API uses (API §5.1).

use crate::api::TriggerMask;
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::value::{Number, Type, Value};
use crate::provider::triggers::{
    ALL, Fault, KnownBits, MAX_TRIGGERS, TriggerResolver, TriggerSet, Unknown, nearest, unknown,
};

/// The function `triggers_encode`.
#[derive(Debug)]
pub(in crate::provider::webhook) struct TriggersEncode;

impl Function for TriggersEncode {
    fn name(&self) -> &'static str {
        "triggers_encode"
    }

    fn signature(&self) -> Signature {
        Signature {
            parameters: vec![Parameter {
                name: "triggers",
                ty: Type::set(Type::String),
                description: "`All` alone, or one or more triggers: names such as `FileUploaded`, or single bits \
                              as decimal numbers.",
            }],
            result: Type::Number,
            summary: "Encodes triggers as the number that the portal's API uses",
            description: "Converts a set of triggers, as the argument `triggers` of `docspace_webhook` accepts it, \
                          to the bit mask that DocSpace's API uses. `All` is 0.\n\n\
                          The function knows only the names in this provider's own list, because it cannot ask the \
                          portal; give a newer trigger as the decimal number of its bit, which the data source \
                          `docspace_webhook_triggers` shows.",
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let mask = encode(arguments.first().unwrap_or(&Value::Null))
            .map_err(|text| FunctionError::argument(0, text.trim_end_matches('.')))?;
        Ok(Value::Number(Number::from(mask)))
    }
}

fn encode(triggers: &Value) -> Result<u64, String> {
    let set = TriggerSet::of(triggers);
    if let Some(fault) = set.faults().first() {
        return Err(faulty(fault));
    }
    if let Some(name) = set.unlisted().next() {
        return Err(unlisted(name));
    }
    let mask = TriggerResolver::new(&KnownBits::new()).mask(&set);
    Ok(mask.map_or(0, TriggerMask::bits))
}

/// Explains what is wrong with a set of triggers.
fn faulty(fault: &Fault<'_>) -> String {
    match fault {
        Fault::Empty => format!(
            "the set is empty, but no number means no trigger: 0 means every trigger. Write [\"{ALL}\"] for every \
             event, or name at least one trigger"
        ),
        Fault::TooMany(count) => format!(
            "The set has {count} elements, but there can be at most {MAX_TRIGGERS} triggers, because the portal stores \
             one bit for each. Expected names such as \"FileUploaded\", or [\"{ALL}\"] for every event"
        ),
        Fault::NotAlone => format!(
            "\"{ALL}\" stands for every event, so other triggers have no effect. Keep only [\"{ALL}\"], or remove \
             \"{ALL}\""
        ),
        Fault::Twice(one, other) => {
            format!("{one:?} and {other:?} are two spellings of one trigger. Keep one of them")
        }
        Fault::Unknown(name, error) => unknown(name, &Unknown::Spelling(error)).detail,
        Fault::Null => "an element of the set is null. Remove it, or name a trigger".to_owned(),
    }
}

/// Refuses a name that this build does not know, although a portal may.
fn unlisted(name: &str) -> String {
    let nearest: Vec<String> = nearest(name, usize::MAX)
        .into_iter()
        .take(3)
        .map(|known| format!("{known:?}"))
        .collect();
    format!(
        "{name:?} is not a trigger that this provider knows, and a function cannot ask the portal. Did you mean one \
         of {}? A newer trigger can be given as the decimal number of its bit, which the data source \
         docspace_webhook_triggers shows",
        nearest.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(names: &[&str]) -> Result<Value, FunctionError> {
        let set = Value::set(names.iter().map(|name| Value::from(*name)));
        TriggersEncode.call(&[set])
    }

    #[track_caller]
    fn encodes(names: &[&str], mask: u64) {
        assert_eq!(
            call(names),
            Ok(Value::Number(Number::from(mask))),
            "{names:?}"
        );
    }

    #[track_caller]
    fn refuses(names: &[&str], words: &str) {
        let error = call(names).unwrap_err();
        assert_eq!(error.argument, Some(0));
        assert!(error.text.contains(words), "{}", error.text);
        assert!(!error.text.ends_with('.'), "{}", error.text);
    }

    #[test]
    fn names_and_single_bits_become_one_number() {
        encodes(&["All"], 0);
        encodes(&["FileUploaded"], 256);
        encodes(&["FileCreated", "FileUploaded"], 384);
        encodes(&["FileCreated", "256"], 384);
        encodes(&["file.created", "FileUploaded"], 384);
    }

    #[test]
    fn all_64_bits_are_exact() {
        encodes(&["FolderDownloaded"], 1 << 35);
        encodes(&["9223372036854775808"], 1 << 63);
        encodes(&["9223372036854775808", "UserCreated"], (1 << 63) + 1);
    }

    #[test]
    fn what_has_no_number_is_refused() {
        refuses(&[], "the set is empty");
        refuses(&["All", "FileUploaded"], "have no effect");
        refuses(&["FileUploaded", "256"], "two spellings of one trigger");
        refuses(
            &["FileUploaded", "file.uploaded"],
            "two spellings of one trigger",
        );
        refuses(&["384"], "not a trigger");
    }

    #[test]
    fn near_misses_and_strangers_name_what_was_probably_meant() {
        refuses(&["FileUploadd"], "Did you mean \"FileUploaded\"?");
        refuses(&["file.uploadd"], "Did you mean \"file.uploaded\"?");
        refuses(&["FileUnlocked"], "one of \"FileUploaded\", \"FileCopied\"");
        refuses(&["FileUnlocked"], "cannot ask the portal");
    }

    #[test]
    fn a_null_element_is_refused() {
        let error = TriggersEncode
            .call(&[Value::Set(vec![Value::Null])])
            .unwrap_err();
        assert_eq!(
            error.text,
            "an element of the set is null. Remove it, or name a trigger"
        );
    }
}
