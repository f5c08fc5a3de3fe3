//! The portal's settings: version, time zone, password policy (API §3.3, §7.2).

use crate::api::http::client::{Call, Client};
use crate::api::http::envelope;
use crate::api::http::error::Error;
use crate::api::http::json::{DecodeError, Node};
use crate::api::http::operation::Operation;

/// What the portal demands of a password, and so of a webhook's secret (API §7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The shortest length; the longest is always 30.
    pub min_length: u32,
    /// Whether a capital letter is demanded.
    pub upper_case: bool,
    /// Whether a digit is demanded.
    pub digits: bool,
    /// Whether a special character is demanded.
    pub special: bool,
}

impl PasswordPolicy {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let flag = |name| match node.optional(name)? {
            Some(flag) => flag.boolean(),
            None => Ok(false),
        };
        let min_length = node.required("minLength", "a length")?;
        Ok(Self {
            min_length: u32::try_from(min_length.integer()?)
                .map_err(|_too_large| min_length.mismatch("a length"))?,
            upper_case: flag("upperCase")?,
            digits: flag("digits")?,
            special: flag("specSymbols")?,
        })
    }
}

impl Client {
    /// Returns the version of DocSpace, as in `3.7.2`.
    ///
    /// Builds without one answer `3.1.0` (API §3.3); [`Client::trigger_catalog`] tells better what a portal can do.
    pub async fn portal_version(&self) -> Result<String, Error> {
        let call = Call::new(Operation::Read, "GET", "/settings/version/build");
        self.call(call, |body| {
            envelope::decode_value(body, |node| {
                let version = node.required("docSpace", "a version")?;
                Ok(version.text()?.to_owned())
            })
        })
        .await
    }

    /// Returns the name of the portal's time zone in the IANA database, such as `Europe/Berlin`; `None` if the portal
    /// does not tell it. It converts Windows names itself where it can (API §3.3).
    pub async fn time_zone(&self) -> Result<Option<String>, Error> {
        let call = Call::new(Operation::Read, "GET", "/settings");
        self.call(call, |body| {
            envelope::decode_value(body, |node| {
                Ok(node.lenient_text("timezone").map(str::to_owned))
            })
        })
        .await
    }

    /// Returns what the portal demands of a webhook's secret.
    pub async fn password_policy(&self) -> Result<PasswordPolicy, Error> {
        let call = Call::new(Operation::Read, "GET", "/settings/security/password");
        self.call(call, |body| {
            envelope::decode_value(body, PasswordPolicy::decode)
        })
        .await
    }
}

/// Decodes an answer as this.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_value(bytes, PasswordPolicy::decode));
}

#[cfg(test)]
mod tests;
