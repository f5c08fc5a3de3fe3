//! One log record and its text: the members the host insists on, and a length it can read.

use std::fmt::Debug;

use serde_json::{Map, Number, Value};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tracing::Level;
use tracing::field::{Field, Visit};

/// Longest line written, in bytes. The host splits lines at 64 KiB and then cannot parse them.
const LINE_LIMIT: usize = 60 * 1024;

/// How many characters of each text survive, tried in turn until the line is short enough.
const TEXT_LIMITS: [usize; 5] = [usize::MAX, 16 * 1024, 4 * 1024, 1024, 256];

/// Exactly six fraction digits: with any other number, the host treats the line as plain text.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// Named values of an event or a span.
#[derive(Debug, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Sets one value, replacing an earlier one of that name.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Adds those of `outer` whose names are not taken.
    pub(super) fn add_missing(&mut self, outer: &Self) {
        for (name, value) in &outer.0 {
            if !self.0.contains_key(name) {
                self.0.insert(name.clone(), value.clone());
            }
        }
    }

    /// Takes out the event's own text, which tracing passes as a field named `message`.
    pub(super) fn take_message(&mut self) -> String {
        match self.0.remove("message") {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.set(field.name(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field.name(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field.name(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field.name(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let number = Number::from_f64(value).map_or_else(|| value.to_string().into(), Value::from);
        self.set(field.name(), number);
    }
}

/// One record, before it is text.
pub(super) struct Record<'a> {
    pub(super) level: Level,
    /// The module path of the event.
    pub(super) target: &'a str,
    pub(super) message: String,
    pub(super) fields: Fields,
}

impl Record<'_> {
    /// Renders the record as one line with its line break, cut until the host can read it.
    pub(super) fn line(&self, now: OffsetDateTime) -> Vec<u8> {
        for limit in TEXT_LIMITS {
            let line = self.render(&self.fields.0, limit, now);
            if line.len() <= LINE_LIMIT {
                return line;
            }
        }
        self.render(&Map::new(), 256, now)
    }

    fn render(&self, fields: &Map<String, Value>, limit: usize, now: OffsetDateTime) -> Vec<u8> {
        let mut object: Map<String, Value> = fields
            .iter()
            .map(|(name, value)| (name.clone(), cut_value(value, limit)))
            .collect();
        // Last, so that no field of an event can take the place of one of these.
        object.insert("@level".to_owned(), level_word(self.level).into());
        object.insert("@message".to_owned(), cut(&self.message, limit).into());
        object.insert("@module".to_owned(), module(self.target).into());
        if let Ok(timestamp) = now.format(TIMESTAMP) {
            object.insert("@timestamp".to_owned(), timestamp.into());
        }
        let mut line = Value::Object(object).to_string().into_bytes();
        line.push(b'\n');
        line
    }
}

/// The module as the host shows it: `provider` and the path inside this crate.
fn module(target: &str) -> String {
    let path = target.strip_prefix(super::CRATE).unwrap_or(target);
    format!("provider{}", path.replace("::", "."))
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn cut_value(value: &Value, limit: usize) -> Value {
    match value {
        Value::String(text) => cut(text, limit).into(),
        other => other.clone(),
    }
}

fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit).chain(" (cut)".chars()).collect()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05.000_007 UTC);

    fn record(message: &str, fields: &[(&str, Value)]) -> Vec<u8> {
        let mut joined = Fields::default();
        for (name, value) in fields {
            joined.set(name, value.clone());
        }
        Record {
            level: Level::WARN,
            target: "terraform_provider_docspace::framework::plugin",
            message: message.to_owned(),
            fields: joined,
        }
        .line(NOW)
    }

    #[test]
    fn a_record_is_one_line_with_text_in_the_reserved_members() {
        let line = record("two\nlines", &[("count", 2.into()), ("@level", 7.into())]);
        assert_eq!(
            String::from_utf8(line).unwrap(),
            concat!(
                r#"{"@level":"warn","@message":"two\nlines","#,
                r#""@module":"provider.framework.plugin","#,
                r#""@timestamp":"2026-01-02T03:04:05.000007Z","count":2}"#,
                "\n"
            )
        );
    }

    #[test]
    fn no_record_is_longer_than_the_host_can_read() {
        let long = "\u{1}".repeat(200_000);
        let many: Vec<(String, Value)> = (0..2_000)
            .map(|number| (format!("field_{number}"), "x".repeat(100).into()))
            .collect();
        let many: Vec<(&str, Value)> = many
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect();
        let cases: [(&str, &[(&str, Value)]); 3] = [
            (&long, &[]),
            ("short", &[("long", long.as_str().into())]),
            ("short", &many),
        ];
        for (message, fields) in cases {
            let line = record(message, fields);
            assert!(line.len() <= LINE_LIMIT, "{} bytes", line.len());
            let parsed: Value = serde_json::from_slice(&line).unwrap();
            assert!(parsed["@message"].is_string());
        }
    }

    #[test]
    fn a_cut_keeps_whole_characters_and_says_so() {
        assert_eq!(cut("äöü", 2), "äö (cut)");
        assert_eq!(cut("äöü", 6), "äöü");
    }
}
