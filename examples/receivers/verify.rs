//! Verifies deliveries, with the crates `hmac` 0.13 and `sha2` 0.11.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Checks the header `x-docspace-signature-256` against the exact bytes of the body. During a
/// rotation, pass both the new secret and the old one.
pub fn is_genuine(secrets: &[&str], body: &[u8], header: &str) -> bool {
    let Some(given) = header.strip_prefix("sha256=").and_then(from_hex) else {
        return false;
    };
    let mut secrets = secrets.iter().filter(|secret| !secret.is_empty());
    secrets.any(|secret| {
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).is_ok_and(|mut mac| {
            mac.update(body);
            mac.verify_slice(&given).is_ok()
        })
    })
}

/// Decodes hexadecimal digits of either case; the portal sends upper case.
fn from_hex(digits: &str) -> Option<Vec<u8>> {
    let values: Option<Vec<u32>> = digits.chars().map(|digit| digit.to_digit(16)).collect();
    values
        .filter(|values| values.len() % 2 == 0)?
        .chunks(2)
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, value| byte * 16 + value)).ok())
        .collect()
}
