//! A JSON reader that remembers where every token ended.
//!
//! The portal's parser reports `LineNumber` and `BytePositionInLine` (API §8.3), keeps the last of duplicate keys
//! and reports a wrong value before a syntax error that comes after it. `serde_json` can do none of that, so
//! request bodies are read here. Answers and the control API use `serde_json`.

/// A place in the text, counted as the portal counts: zero-based line, bytes since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) byte: usize,
}

/// A value with the position just after its token (for arrays and objects: after the opening bracket).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) position: Position,
}

/// A parsed value; numbers keep their text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    /// A string whose escapes are not valid UTF-16.
    BrokenText,
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// Malformed JSON, in the portal's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// The path the portal reports, `$` or `$.name`.
    pub(crate) path: String,
    /// The parser's text including path and position.
    pub(crate) message: String,
}

/// What was read: everything up to the first syntax error, and that error.
///
/// The portal binds while it reads, so members before the error still count.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) root: Option<Node>,
    pub(crate) error: Option<SyntaxError>,
}

/// The nesting the portal allows in a request body (the framework's default).
const MAX_DEPTH: usize = 32;

/// Reads a whole body.
pub(crate) fn parse(bytes: &[u8]) -> Document {
    let mut reader = Reader::new(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    reader.skip_blanks();
    if reader.peek() == Some(b'{') {
        return parse_root_object(&mut reader);
    }
    match reader.value().and_then(|node| {
        reader.expect_end()?;
        Ok(node)
    }) {
        Ok(node) => Document {
            root: Some(node),
            error: None,
        },
        Err(error) => Document {
            root: None,
            error: Some(error),
        },
    }
}

fn parse_root_object(reader: &mut Reader<'_>) -> Document {
    reader.bump();
    let position = reader.position();
    reader.depth += 1;
    let mut members = Vec::new();
    let error = reader
        .members(&mut members)
        .and_then(|()| reader.expect_end())
        .err();
    Document {
        root: Some(Node {
            value: Value::Object(members),
            position,
        }),
        error,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    depth: usize,
    path: Vec<String>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 0,
            line: 0,
            line_start: 0,
            depth: 0,
            path: Vec::new(),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn bump(&mut self) {
        self.at += 1;
    }

    fn position(&self) -> Position {
        Position {
            line: self.line,
            byte: self.at - self.line_start,
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\r' => self.bump(),
                b'\n' => {
                    self.bump();
                    self.line += 1;
                    self.line_start = self.at;
                }
                _ => break,
            }
        }
    }

    fn error<T>(&self, text: &str) -> Result<T, SyntaxError> {
        let Position { line, byte } = self.position();
        let mut path = "$".to_owned();
        for name in &self.path {
            path.push_str(name);
        }
        Err(SyntaxError {
            message: format!(
                "{text} Path: {path} | LineNumber: {line} | BytePositionInLine: {byte}."
            ),
            path,
        })
    }

    /// How the portal names a byte it did not expect.
    fn shown(&self) -> String {
        match self.peek() {
            Some(byte) if byte.is_ascii_graphic() || byte == b' ' => {
                format!("'{}'", char::from(byte))
            }
            Some(byte) => format!("'0x{byte:02X}'"),
            None => "''".to_owned(),
        }
    }

    fn expect_end(&mut self) -> Result<(), SyntaxError> {
        self.skip_blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => self.error(&format!(
                "{} is invalid after a single JSON value. Expected end of data.",
                self.shown()
            )),
        }
    }

    fn value(&mut self) -> Result<Node, SyntaxError> {
        self.skip_blanks();
        match self.peek() {
            None => self.error(
                "The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.",
            ),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.text().map(|value| self.node(value)),
            Some(b'-' | b'0'..=b'9') => self.number().map(|value| self.node(value)),
            Some(b't') => self.literal("true", Value::Bool(true)),
            Some(b'f') => self.literal("false", Value::Bool(false)),
            Some(b'n') => self.literal("null", Value::Null),
            Some(_) => self.error(&format!(
                "{} is an invalid start of a value.",
                self.shown()
            )),
        }
    }

    fn node(&self, value: Value) -> Node {
        Node {
            value,
            position: self.position(),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<Value, SyntaxError>,
    ) -> Result<Node, SyntaxError> {
        if self.depth >= MAX_DEPTH {
            return self.error(&format!(
                "The maximum configured depth of {MAX_DEPTH} has been exceeded. Cannot read next JSON object."
            ));
        }
        self.depth += 1;
        self.bump();
        let position = self.position();
        let value = read(self)?;
        self.depth -= 1;
        Ok(Node { value, position })
    }

    fn object(&mut self) -> Result<Value, SyntaxError> {
        let mut members = Vec::new();
        self.members(&mut members)?;
        Ok(Value::Object(members))
    }

    /// Reads members up to and including the closing brace; keeps what was read when it fails.
    fn members(&mut self, members: &mut Vec<(String, Node)>) -> Result<(), SyntaxError> {
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.bump();
            return Ok(());
        }
        loop {
            let name = self.member_name(!members.is_empty())?;
            self.path.push(format!(".{name}"));
            let node = self.value()?;
            self.path.pop();
            members.push((name, node));
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.bump(),
                Some(b'}') => {
                    self.bump();
                    return Ok(());
                }
                _ => return self.after_element(),
            }
        }
    }

    fn member_name(&mut self, after_comma: bool) -> Result<String, SyntaxError> {
        self.skip_blanks();
        match self.peek() {
            Some(b'"') => {}
            Some(b'}') if after_comma => {
                return self.error("The JSON object contains a trailing comma at the end which is not supported in this mode. Change the reader options.");
            }
            None => return self.unfinished(),
            Some(_) => {
                return self.error(&format!(
                    "{} is an invalid start of a property name. Expected a '\"'.",
                    self.shown()
                ));
            }
        }
        let name = match self.text()? {
            Value::Text(name) => name,
            _ => String::new(),
        };
        self.skip_blanks();
        match self.peek() {
            Some(b':') => {
                self.bump();
                Ok(name)
            }
            None => self.unfinished(),
            Some(_) => self.error(&format!(
                "{} is invalid after a property name. Expected a ':'.",
                self.shown()
            )),
        }
    }

    fn array(&mut self) -> Result<Value, SyntaxError> {
        let mut items = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.bump();
            return Ok(Value::Array(items));
        }
        loop {
            self.skip_blanks();
            if self.peek() == Some(b']') {
                return self.error("The JSON array contains a trailing comma at the end which is not supported in this mode. Change the reader options.");
            }
            self.path.push(format!("[{}]", items.len()));
            items.push(self.value()?);
            self.path.pop();
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.bump(),
                Some(b']') => {
                    self.bump();
                    return Ok(Value::Array(items));
                }
                _ => return self.after_element(),
            }
        }
    }

    fn after_element<T>(&self) -> Result<T, SyntaxError> {
        if self.peek().is_none() {
            return self.unfinished();
        }
        self.error(&format!(
            "{} is invalid after a value. Expected either ',', '}}', or ']'.",
            self.shown()
        ))
    }

    fn unfinished<T>(&self) -> Result<T, SyntaxError> {
        self.error("Expected depth to be zero at the end of the JSON payload. There is an open JSON object or array that should be closed.")
    }

    fn literal(&mut self, word: &str, value: Value) -> Result<Node, SyntaxError> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                let rest = self.bytes.get(self.at..).unwrap_or_default();
                let shown: String = rest.iter().take(8).map(|byte| char::from(*byte)).collect();
                return self.error(&format!(
                    "'{shown}' is an invalid JSON literal. Expected the literal '{word}'."
                ));
            }
            self.bump();
        }
        Ok(self.node(value))
    }

    fn number(&mut self) -> Result<Value, SyntaxError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.bump();
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            self.at = start + 1;
            return self.error(&format!("Invalid leading zero before {}.", self.shown()));
        }
        if self.peek() == Some(b'.') {
            self.bump();
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.bump();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.bump();
            }
            self.digits()?;
        }
        let text = self.bytes.get(start..self.at).unwrap_or_default();
        Ok(Value::Number(String::from_utf8_lossy(text).into_owned()))
    }

    fn digits(&mut self) -> Result<usize, SyntaxError> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.bump();
        }
        if self.at == start {
            return self.error(&format!(
                "{} is an invalid end of a number. Expected a delimiter.",
                self.shown()
            ));
        }
        Ok(self.at - start)
    }

    fn text(&mut self) -> Result<Value, SyntaxError> {
        self.bump();
        let mut units: Vec<u8> = Vec::new();
        let mut is_broken = false;
        loop {
            match self.peek() {
                None => {
                    return self.error("Expected end of string, but instead reached end of data.");
                }
                Some(b'"') => {
                    self.bump();
                    break;
                }
                Some(b'\\') => {
                    self.bump();
                    match self.escape()? {
                        Some(character) => {
                            units.extend(character.encode_utf8(&mut [0; 4]).bytes());
                        }
                        None => is_broken = true,
                    }
                }
                Some(byte) if byte < 0x20 => {
                    return self.error(&format!(
                        "'0x{byte:02X}' is invalid within a JSON string. The string should be correctly escaped."
                    ));
                }
                Some(byte) => {
                    units.push(byte);
                    self.bump();
                }
            }
        }
        Ok(match String::from_utf8(units) {
            Ok(text) if !is_broken => Value::Text(text),
            _ => Value::BrokenText,
        })
    }

    /// Reads what follows a backslash; `None` is a lone surrogate.
    fn escape(&mut self) -> Result<Option<char>, SyntaxError> {
        let simple = match self.peek() {
            Some(b'u') => {
                self.bump();
                return self.unicode_escape();
            }
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => {
                return self.error(&format!(
                    "{} is an invalid escapable character within a JSON string. The string should be correctly escaped.",
                    self.shown()
                ));
            }
        };
        self.bump();
        Ok(Some(simple))
    }

    fn unicode_escape(&mut self) -> Result<Option<char>, SyntaxError> {
        let first = self.hex4()?;
        if !(0xd800..0xdc00).contains(&first) {
            return Ok(char::from_u32(first));
        }
        if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
            return Ok(None);
        }
        self.at += 2;
        let second = self.hex4()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Ok(None);
        }
        Ok(char::from_u32(
            0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00),
        ))
    }

    fn hex4(&mut self) -> Result<u32, SyntaxError> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return self.error(&format!(
                    "{} is not a hex digit following '\\u' within a JSON string. The string should be correctly escaped.",
                    self.shown()
                ));
            };
            value = value * 16 + digit;
            self.bump();
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(text: &str) -> Vec<(String, Node)> {
        match parse(text.as_bytes()).root {
            Some(Node {
                value: Value::Object(members),
                ..
            }) => members,
            other => panic!("{other:?}"),
        }
    }

    fn error(text: &str) -> SyntaxError {
        parse(text.as_bytes()).error.expect("a syntax error")
    }

    #[test]
    fn positions_are_ends_of_tokens() {
        let members = members("{\n  \"id\": \"abc\",\"n\":12}");
        assert_eq!(members[0].1.position, Position { line: 1, byte: 13 });
        assert_eq!(members[1].1.value, Value::Number("12".to_owned()));
        assert_eq!(members[1].1.position, Position { line: 1, byte: 20 });
    }

    #[test]
    fn members_before_a_syntax_error_are_kept() {
        let document = parse(br#"{"a":1,"b":oops}"#);
        assert!(
            matches!(document.root.unwrap().value, Value::Object(members) if members.len() == 1)
        );
        let error = document.error.unwrap();
        assert_eq!(error.path, "$.b");
        assert_eq!(
            error.message,
            "'o' is an invalid start of a value. Path: $.b | LineNumber: 0 | BytePositionInLine: 11."
        );
    }

    #[test]
    fn trailing_commas_comments_and_rests_are_refused() {
        assert!(
            error(r#"{"a":1,}"#)
                .message
                .starts_with("The JSON object contains a trailing comma")
        );
        assert!(
            error("[1,]")
                .message
                .starts_with("The JSON array contains a trailing comma")
        );
        assert!(
            error("{/* no */}")
                .message
                .starts_with("'/' is an invalid start of a property name")
        );
        assert!(
            error("{} x")
                .message
                .contains("invalid after a single JSON value")
        );
        assert!(
            error(r#"{"a":1"#)
                .message
                .starts_with("Expected depth to be zero")
        );
        assert!(
            error(r#"{"a":01}"#)
                .message
                .starts_with("Invalid leading zero")
        );
        assert!(
            error("{'a':1}")
                .message
                .starts_with("''' is an invalid start of a property name")
        );
        assert!(error("tru").message.contains("Expected the literal 'true'"));
    }

    #[test]
    fn escapes_are_decoded_and_lone_surrogates_are_noticed() {
        let members =
            members(r#"{"a":"\u00e9\ud83d\ude00\n\/","b":"\ud83d","c":"\ud83dx","\u0064":0}"#);
        assert_eq!(members[0].1.value, Value::Text("é😀\n/".to_owned()));
        assert_eq!(members[1].1.value, Value::BrokenText);
        assert_eq!(members[2].1.value, Value::BrokenText);
        assert_eq!(members[3].0, "d");
    }

    #[test]
    fn nesting_is_limited() {
        let deep = "[".repeat(100_000);
        assert!(error(&deep).message.contains("maximum configured depth"));
    }
}
