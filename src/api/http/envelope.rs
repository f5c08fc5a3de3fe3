//! What the bytes of an answer mean: the `response` wrapper around a value, or the bare value, and the error shapes.
//!
//! Bodies are judged by their content, whatever the content type says (API §13.1). A list is decoded element by element
//! while it is parsed: the whole tree of a list of thousands would be many times the size of its bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read as _};
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::error::Category;

use super::error::{Cause, ErrorShape, NotJson, StatusFailure};
use super::json::{DecodeError, Node, Path};
use super::redaction::{PortalMessage, Quoting};

/// The key of the value in the wrapper.
const RESPONSE: &str = "response";

/// A key that every wrapper has, and no bare value.
const STATUS_CODE: &str = "statusCode";

/// How many bytes tell what a body is; no list element fits into them.
const HEAD: usize = 64;

/// How many rejected fields, and texts for each, an error keeps.
const MAX_VALIDATION_ENTRIES: usize = 16;

/// Why a successful answer cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum BodyError {
    NotJson {
        found: NotJson,
    },
    Decode(DecodeError),
    /// It cannot be decompressed, or is longer than its reader allows.
    Unread(io::ErrorKind),
}

impl From<DecodeError> for BodyError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<BodyError> for Cause {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::NotJson { found } => Self::NotJson { found },
            BodyError::Unread(io::ErrorKind::UnexpectedEof) => Self::Transport {
                detail: "its compressed form ends early".to_owned(),
            },
            BodyError::Unread(_) => Self::NotJson {
                found: NotJson::Compressed,
            },
            BodyError::Decode(DecodeError {
                path,
                expected,
                found,
            }) => Self::Decode {
                path,
                expected,
                found,
            },
        }
    }
}

/// Decodes an answer that holds one value, wrapped or bare.
pub(crate) fn decode_value<T>(
    body: &[u8],
    decode: impl FnOnce(&Node<'_>) -> Result<T, DecodeError>,
) -> Result<T, BodyError> {
    let value: Value =
        serde_json::from_slice(without_bom(body)).map_err(|error| not_json(body, &error))?;
    let node = match value.get(RESPONSE) {
        Some(response) => Node::new(response, Path::Root(RESPONSE)),
        // Nulls are left out (API §2.2). The members of the wrapper are not those of the value.
        None if value.get(STATUS_CODE).is_some() => Node::new(&Value::Null, Path::Root(RESPONSE)),
        None => Node::new(&value, Path::Root("")),
    };
    Ok(decode(&node)?)
}

/// A decoded list.
#[derive(Debug)]
pub(crate) struct List<T> {
    pub(crate) items: Vec<T>,
    /// The number of all items of a paged list, if the endpoint tells it. `count` is not read: for streamed lists it is
    /// always 1 (API §2.3).
    pub(crate) total: Option<u64>,
}

/// Decodes an answer that holds a list, wrapped or bare.
///
/// # Errors
///
/// An element that cannot be decoded fails the whole list and is named by its index: an omitted webhook would look
/// deleted.
pub(crate) fn decode_list<T>(
    body: &[u8],
    decode: impl FnMut(&Node<'_>) -> Result<T, DecodeError>,
) -> Result<List<T>, BodyError> {
    let json = serde_json::Deserializer::from_slice(without_bom(body));
    read_list(json, body, decode)
}

/// Decodes an answer that holds a list while it is read, as [`decode_list`] does.
pub(crate) fn decode_list_from<T>(
    mut reader: impl io::Read,
    decode: impl FnMut(&Node<'_>) -> Result<T, DecodeError>,
) -> Result<List<T>, BodyError> {
    let mut head = Vec::with_capacity(HEAD);
    let opened = reader.by_ref().take(HEAD as u64).read_to_end(&mut head);
    opened.map_err(|error| not_json(&head, &serde_json::Error::io(error)))?;
    let body = without_bom(&head).chain(reader);
    read_list(serde_json::Deserializer::from_reader(body), &head, decode)
}

/// Reads a list; `head` is how the body begins.
fn read_list<'de, R: serde_json::de::Read<'de>, T>(
    mut json: serde_json::Deserializer<R>,
    head: &[u8],
    decode: impl FnMut(&Node<'_>) -> Result<T, DecodeError>,
) -> Result<List<T>, BodyError> {
    let mut reader = ListReader {
        decode,
        path: "",
        items: None,
        total: None,
        error: None,
    };
    let parsed = (&mut json)
        .deserialize_any(TopLevel(&mut reader))
        .and_then(|()| json.end());
    if let Some(error) = reader.error {
        return Err(error.into());
    }
    if let Err(error) = parsed {
        return Err(match error.classify() {
            Category::Data => reader_mismatch(reader.path).into(),
            Category::Io | Category::Syntax | Category::Eof => not_json(head, &error),
        });
    }
    let items = reader.items.ok_or_else(|| DecodeError {
        path: RESPONSE.to_owned(),
        expected: "an array",
        found: "nothing",
    })?;
    Ok(List {
        items,
        total: reader.total,
    })
}

fn reader_mismatch(path: &str) -> DecodeError {
    DecodeError {
        path: path.to_owned(),
        expected: "an array",
        found: "another kind of value",
    }
}

/// What is collected while a list is parsed.
struct ListReader<T, F> {
    decode: F,
    /// Where the array is, for errors.
    path: &'static str,
    items: Option<Vec<T>>,
    total: Option<u64>,
    /// The real error of an element; serde's own only stops the parser.
    error: Option<DecodeError>,
}

/// Accepts the bare array or the wrapper.
struct TopLevel<'a, T, F>(&'a mut ListReader<T, F>);

impl<'de, T, F> Visitor<'de> for TopLevel<'_, T, F>
where
    F: FnMut(&Node<'_>) -> Result<T, DecodeError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<(), A::Error> {
        Elements(self.0).visit_seq(elements)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            match name.as_ref() {
                RESPONSE => {
                    self.0.path = RESPONSE;
                    members.next_value_seed(Elements(self.0))?;
                }
                "total" => self.0.total = members.next_value::<Value>()?.as_u64(),
                _ => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Decodes the elements of the array.
struct Elements<'a, T, F>(&'a mut ListReader<T, F>);

impl<'de, T, F> DeserializeSeed<'de> for Elements<'_, T, F>
where
    F: FnMut(&Node<'_>) -> Result<T, DecodeError>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T, F> Visitor<'de> for Elements<'_, T, F>
where
    F: FnMut(&Node<'_>) -> Result<T, DecodeError>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut items = Vec::new();
        let list = Path::Root(self.0.path);
        while let Some(element) = elements.next_element::<Value>()? {
            let node = Node::new(&element, Path::Index(&list, items.len()));
            match (self.0.decode)(&node) {
                Ok(item) => items.push(item),
                Err(error) => {
                    self.0.error = Some(error);
                    return Err(serde::de::Error::custom("an element cannot be decoded"));
                }
            }
        }
        self.0.items = Some(items);
        Ok(())
    }
}

fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

fn not_json(body: &[u8], error: &serde_json::Error) -> BodyError {
    match error.classify() {
        Category::Eof => BodyError::Decode(DecodeError {
            path: String::new(),
            expected: "complete JSON",
            found: if body.is_empty() {
                "an empty body"
            } else {
                "a body that ends early"
            },
        }),
        Category::Io => BodyError::Unread(error.io_error_kind().unwrap_or(io::ErrorKind::Other)),
        Category::Syntax | Category::Data => BodyError::NotJson { found: judge(body) },
    }
}

/// Returns what a body that is not JSON is; gzip and Zstandard have signatures of their own.
fn judge(body: &[u8]) -> NotJson {
    if body.starts_with(b"\x1f\x8b") || body.starts_with(b"\x28\xb5\x2f\xfd") {
        NotJson::Compressed
    } else if looks_like_html(body) {
        NotJson::WebPage
    } else {
        NotJson::Other
    }
}

/// Returns whether a body starts like a web page.
fn looks_like_html(body: &[u8]) -> bool {
    without_bom(body).trim_ascii_start().first() == Some(&b'<')
}

/// Reads an error answer in the order of API §13.1: `error.message`, `response.errors`, `title`, nothing.
///
/// `error.stack` is a stack trace of the server and is never kept.
pub(crate) fn status_failure(status: u16, body: &[u8], quoting: Quoting<'_>) -> StatusFailure {
    let message = |text: &str| {
        let message = quoting.quote(text);
        message.filter(|message| !message.as_str().is_empty())
    };
    let body = without_bom(body).trim_ascii();
    if body.is_empty() {
        return StatusFailure::new(status, ErrorShape::Empty);
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return read_text(status, body, quoting);
    };
    if let Some(error) = value.get("error").filter(|error| error.is_object()) {
        let mut failure = StatusFailure::new(status, ErrorShape::Handler);
        failure.message = error
            .get("message")
            .and_then(Value::as_str)
            .and_then(message);
        failure.exception = error.get("type").and_then(Value::as_str).and_then(message);
        return failure;
    }
    let inner = value.get(RESPONSE).unwrap_or(&value);
    let title = inner.get("title").and_then(Value::as_str).and_then(message);
    if let Some(Value::Object(errors)) = inner.get("errors") {
        let mut failure = StatusFailure::new(status, ErrorShape::Validation);
        failure.message = title;
        failure.validation = read_validation(errors, quoting);
        return failure;
    }
    let shape = match (&value, inner) {
        _ if title.is_some() => ErrorShape::Problem,
        // A problem without a title still names itself (402, API §8.1 E4).
        (_, Value::Object(members)) if members.contains_key("traceId") => ErrorShape::Problem,
        (Value::String(_), _) => ErrorShape::Text,
        _ => ErrorShape::Other,
    };
    let mut failure = StatusFailure::new(status, shape);
    failure.message = title.or_else(|| value.as_str().and_then(message));
    failure
}

/// The kinds of login that web servers and proxies demand. A portal demands none if a key is wrong (API §16 O9).
const CHALLENGES: [&str; 4] = ["Basic", "Digest", "Negotiate", "NTLM"];

/// Returns the kind of login that an answer demands, if no portal demands it.
pub(crate) fn challenge(headers: &HeaderMap) -> Option<&'static str> {
    let mut schemes = headers
        .get_all(WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| {
            let scheme = value.as_bytes().split(|byte| *byte == b' ').next()?;
            let mut known = CHALLENGES.into_iter();
            known.find(|known| known.as_bytes().eq_ignore_ascii_case(scheme))
        });
    schemes.next()
}

/// Keeps a plain sentence, such as the refusal of an IP address (API §8.2), and nothing of a web page.
fn read_text(status: u16, body: &[u8], quoting: Quoting<'_>) -> StatusFailure {
    let shape = match std::str::from_utf8(body) {
        _ if looks_like_html(body) => ErrorShape::Html,
        Ok(text) if !text.starts_with(['{', '[', '"']) => {
            let mut failure = StatusFailure::new(status, ErrorShape::Text);
            failure.message = quoting.quote(text);
            return failure;
        }
        Ok(_) | Err(_) => ErrorShape::Other,
    };
    StatusFailure::new(status, shape)
}

fn read_validation(
    errors: &serde_json::Map<String, Value>,
    quoting: Quoting<'_>,
) -> BTreeMap<String, Vec<PortalMessage>> {
    let mut validation = BTreeMap::new();
    for (field, texts) in errors.iter().take(MAX_VALIDATION_ENTRIES) {
        let texts = match texts {
            Value::Array(texts) => texts.as_slice(),
            text => std::slice::from_ref(text),
        };
        let messages = texts
            .iter()
            .filter_map(|text| quoting.quote(text.as_str()?))
            .take(MAX_VALIDATION_ENTRIES)
            .collect();
        if let Some(field) = quoting.quote(field) {
            validation.insert(field.to_string(), messages);
        }
    }
    validation
}

/// Reads a `Retry-After` header in either form: seconds, or an HTTP date, which is compared with `now`.
pub(crate) fn retry_after(header: &str, now: SystemTime) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(header).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests;
