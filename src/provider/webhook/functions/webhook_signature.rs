//! `webhook_signature`: what the portal writes into `x-docspace-signature-256` (API §10).

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::value::{Type, Value};
use crate::provider::webhook::secret;

/// The function `webhook_signature`.
#[derive(Debug)]
pub(in crate::provider::webhook) struct WebhookSignature;

impl Function for WebhookSignature {
    fn name(&self) -> &'static str {
        "webhook_signature"
    }

    fn signature(&self) -> Signature {
        Signature {
            parameters: vec![
                Parameter {
                    name: "secret",
                    ty: Type::Secret,
                    description: "The webhook's secret: 1 to 30 printable ASCII characters without blanks.",
                },
                Parameter {
                    name: "body",
                    ty: Type::String,
                    description: "The body of the delivery, exactly as it is sent: every blank and line break counts.",
                },
            ],
            result: Type::String,
            summary: "Signs a body as the portal signs its deliveries",
            description: "Returns the value of the header `x-docspace-signature-256` that the portal would send with \
                          a body: `sha256=` and the HMAC-SHA256 of the body's UTF-8 bytes, keyed with the secret, in \
                          upper-case hexadecimal digits. Use it to test a receiver without a portal, for example \
                          from `terraform test`. Receivers should compare case-insensitively and in constant time.\n\n\
                          Terraform composes the characters of every string (Unicode normal form C) before a \
                          function sees it. The signature of a body in any other form therefore differs; the \
                          portal's own bodies are ASCII and not affected. If the secret is sensitive, so is the \
                          result.",
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let (Some(Value::Secret(secret)), Some(Value::String(body))) =
            (arguments.first(), arguments.get(1))
        else {
            return Err(FunctionError {
                text: "expected a secret and a body".to_owned(),
                argument: None,
            });
        };
        let secret = secret.expose();
        check_secret(secret).map_err(|text| FunctionError::argument(0, text))?;
        Ok(Value::String(sign(secret.as_bytes(), body.as_bytes())?))
    }
}

/// Refuses what no portal accepts as a secret: its signature would never be seen.
fn check_secret(secret: &str) -> Result<(), String> {
    let length = secret.chars().count();
    if !(1..=secret::MAX_LENGTH).contains(&length) {
        return Err(format!(
            "a webhook's secret has 1 to {} characters, but this one has {length}. Give the secret that the webhook \
             has",
            secret::MAX_LENGTH
        ));
    }
    if !secret::has_valid_characters(secret) {
        return Err(
            "a webhook's secret consists of printable ASCII characters without blanks. Give the secret that the \
             webhook has. A line break at the end often comes from a file; trimspace() removes it"
                .to_owned(),
        );
    }
    Ok(())
}

fn sign(key: &[u8], message: &[u8]) -> Result<String, FunctionError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|invalid| FunctionError {
        text: format!("the body could not be signed: {invalid}"),
        argument: Some(0),
    })?;
    mac.update(message);
    Ok(format!("sha256={}", UpperHex(&mac.finalize().into_bytes())))
}

/// Prints bytes as the portal does, two upper-case digits each.
struct UpperHex<'a>(&'a [u8]);

impl fmt::Display for UpperHex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::value::SecretText;

    fn call(secret: &str, body: &str) -> Result<Value, FunctionError> {
        WebhookSignature.call(&[
            Value::Secret(SecretText::new(secret)),
            Value::String(body.to_owned()),
        ])
    }

    /// RFC 4231, test cases 1 and 2. The key of the first is not one that a portal accepts.
    #[test]
    fn signatures_are_those_of_the_standard() {
        assert_eq!(
            sign(&[0x0b; 20], b"Hi There").unwrap(),
            "sha256=B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7"
        );
        assert_eq!(
            call("Jefe", "what do ya want for nothing?").unwrap(),
            Value::from("sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843")
        );
    }

    #[test]
    fn the_bytes_of_the_text_are_signed() {
        let signature = call("Jefe", "\u{20ac}").unwrap();
        assert_eq!(
            signature,
            Value::from(sign(b"Jefe", &[0xe2, 0x82, 0xac]).unwrap().as_str())
        );
        assert_ne!(call("Jefe", "").unwrap(), call("Jefe", "\n").unwrap());
    }

    #[test]
    fn a_text_that_no_portal_accepts_as_secret_is_refused_and_not_repeated() {
        for secret in [
            "",
            "hunter2\n",
            "hunter two",
            "h\u{fc}nter2",
            &"x".repeat(31),
        ] {
            let error = call(secret, "{}").unwrap_err();
            assert_eq!(error.argument, Some(0));
            assert!(!error.text.contains("hunter"), "{}", error.text);
        }
    }
}
