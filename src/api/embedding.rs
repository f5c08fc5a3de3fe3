//! The domains that may embed the portal (IH §9).

use serde::Serialize;

use super::http::client::{Call, Client};
use super::http::envelope;
use super::http::error::Error;
use super::http::json::{DecodeError, Node};
use super::http::operation::Operation;

/// The longest header that a portal makes of all entries, in bytes.
pub const MAX_HEADER: usize = 15 * 1024;

/// How many directives of the header each entry is written into.
const DIRECTIVES: usize = 8;

const PATH: &str = "/security/csp";

/// How a portal's refusal of a list whose header is too long begins. It is not translated.
const TOO_LONG: &str = "CSP header size exceeds";

/// What a portal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedding {
    /// The entries in their order, as they were sent.
    pub domains: Vec<String>,
    /// The length of the header that the portal makes of them, in bytes, if it shows it.
    header: Option<usize>,
}

impl Embedding {
    /// Returns what the portal itself writes into the header, in bytes. `None` on a portal that does not show the
    /// header, or has no limit, such as 3.1 (IH §12).
    pub fn own_share(&self) -> Option<usize> {
        let entries = share(self.domains.iter().map(String::as_str));
        let header = self.header.filter(|header| *header <= MAX_HEADER)?;
        Some(header.saturating_sub(entries))
    }

    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let header = match node.optional("header")? {
            Some(header) => Some(header.text()?.len()),
            None => None,
        };
        // An answer to an empty list has no list, but then it has the header.
        let list = if header.is_some() {
            node.optional("domains")?
        } else {
            Some(node.required("domains", "a list")?)
        };
        let domains = match list {
            Some(list) => {
                let entries = list.elements()?;
                let domains = entries.map(|entry| Ok(entry.text()?.to_owned()));
                domains.collect::<Result<_, _>>()?
            }
            None => Vec::new(),
        };
        Ok(Self { domains, header })
    }
}

/// Returns how many bytes of the header these entries take.
pub fn share<'a>(entries: impl IntoIterator<Item = &'a str>) -> usize {
    let lengths = entries.into_iter().map(|entry| entry.len() + " ".len());
    lengths.sum::<usize>() * DIRECTIVES
}

/// Returns whether a portal refused a list because its header would be too long.
pub fn is_too_long(error: &Error) -> bool {
    let is_said = error
        .message()
        .is_some_and(|message| message.as_str().starts_with(TOO_LONG));
    error.is_access_denied() && is_said
}

#[derive(Serialize)]
struct Replacement<'a> {
    domains: &'a [String],
}

impl Client {
    /// Returns the domains that may embed the portal.
    pub async fn embedding(&self) -> Result<Embedding, Error> {
        let call = Call::new(Operation::Read, "GET", PATH);
        self.call(call, |body| envelope::decode_value(body, Embedding::decode))
            .await
    }

    /// Replaces the whole list, and returns what the portal then holds.
    ///
    /// It is not repeated if the answer is lost, because someone else may have changed the list in the meantime. Ask
    /// [`Error::outcome_unknown`], read, and send what follows from that.
    pub async fn replace_embedding(&self, domains: &[String]) -> Result<Embedding, Error> {
        let call = Call::new(Operation::Create, "POST", PATH)
            .with_body(&Replacement { domains })
            .commented_on();
        self.call(call, |body| envelope::decode_value(body, Embedding::decode))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(body: &str) -> Option<Embedding> {
        envelope::decode_value(body.as_bytes(), Embedding::decode).ok()
    }

    #[test]
    fn a_list_or_a_header_may_be_missing_and_not_both() {
        let empty = decoded(r#"{"response": {"header": "abc"}}"#).unwrap();
        assert_eq!((empty.domains.len(), empty.own_share()), (0, Some(3)));
        let bare = decoded(r#"{"response": {"domains": ["a.example"]}}"#).unwrap();
        assert_eq!((bare.domains.len(), bare.own_share()), (1, None));
        assert_eq!(decoded(r#"{"response": {}}"#), None);
        assert_eq!(
            decoded(r#"{"response": {"header": "", "domains": [null]}}"#),
            None
        );
    }

    #[test]
    fn the_entries_take_their_share_of_the_header() {
        let header = "x".repeat(100 + 8 * "a.example ".len());
        let body = serde_json::json!({"header": header, "domains": ["a.example"]});
        assert_eq!(decoded(&body.to_string()).unwrap().own_share(), Some(100));
        let unlimited = serde_json::json!({"header": "x".repeat(MAX_HEADER + 1), "domains": []});
        assert_eq!(decoded(&unlimited.to_string()).unwrap().own_share(), None);
    }
}
