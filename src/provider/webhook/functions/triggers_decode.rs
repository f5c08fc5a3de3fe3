//! `triggers_decode`: converts the number that the portal's API uses to names of triggers (API §5.1).

use crate::api::TriggerMask;
use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::value::{Number, Type, Value};
use crate::provider::triggers::spell;

/// The function `triggers_decode`.
#[derive(Debug)]
pub(in crate::provider::webhook) struct TriggersDecode;

impl Function for TriggersDecode {
    fn name(&self) -> &'static str {
        "triggers_decode"
    }

    fn signature(&self) -> Signature {
        Signature {
            parameters: vec![Parameter {
                name: "mask",
                ty: Type::Number,
                description: "A whole number from 0 to 18446744073709551615; each bit is a trigger, 0 stands for \
                              every event.",
            }],
            result: Type::set(Type::String),
            summary: "Decodes the number that the portal's API uses to the names of triggers",
            description: "Converts the bit mask that DocSpace's API uses to a set of triggers, as the argument \
                          `triggers` of `docspace_webhook` accepts it. 0 becomes `All`. A bit that this provider has \
                          no name for becomes its decimal number, so nothing is lost: `triggers_encode` gives the \
                          same number back.",
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let number = arguments.first().and_then(Value::as_number);
        let Some(bits) = number.and_then(Number::to_u64) else {
            return Err(FunctionError::argument(
                0,
                format!("expected a whole number from 0 to {}", u64::MAX),
            ));
        };
        let spelled = spell(TriggerMask::from_bits(bits));
        Ok(Value::set(spelled.into_iter().map(Value::from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::webhook::functions::TriggersEncode;

    fn call(number: &str) -> Result<Value, FunctionError> {
        TriggersDecode.call(&[Value::Number(number.parse().unwrap())])
    }

    #[track_caller]
    fn decodes(number: &str, names: &[&str]) {
        let expected = Value::set(names.iter().map(|name| Value::from(*name)));
        assert_eq!(call(number), Ok(expected), "{number}");
    }

    #[test]
    fn every_bit_becomes_a_name_or_its_number() {
        decodes("0", &["All"]);
        decodes("384", &["FileCreated", "FileUploaded"]);
        decodes("68719476736", &["68719476736"]);
        decodes(
            "9223372036854775809",
            &["UserCreated", "9223372036854775808"],
        );
    }

    #[test]
    fn what_is_no_mask_is_refused() {
        for number in ["-1", "0.5", "1e30", "18446744073709551616"] {
            let error = call(number).unwrap_err();
            assert_eq!(error.argument, Some(0), "{number}");
            assert!(error.text.contains("18446744073709551615"), "{number}");
        }
    }

    #[test]
    fn encoding_gives_every_mask_back() {
        for mask in [0, 1, 384, (1 << 36) - 1, 1 << 63, u64::MAX] {
            let mask = Value::Number(Number::from(mask));
            let names = TriggersDecode.call(std::slice::from_ref(&mask)).unwrap();
            assert_eq!(TriggersEncode.call(&[names]), Ok(mask));
        }
    }
}
