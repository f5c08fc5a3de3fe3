//! Finds a secret wherever it went: whole or any eight bytes of it, in every usual disguise.

use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The shortest piece of a secret that counts as a leak, in bytes.
const PIECE: usize = 8;

/// Knows what must not be found.
pub struct Detector {
    forms: Vec<Form>,
}

/// One way of writing down eight bytes of a secret.
struct Form {
    name: &'static str,
    /// The length of a piece in this form.
    length: usize,
    /// Brings a byte of the text into the one spelling that the pieces have.
    fold: fn(u8) -> u8,
    /// Pieces, and the secret each is of.
    pieces: HashMap<Vec<u8>, String>,
    /// Whether any piece starts with these two bytes: most places of a text are passed over by it.
    starts: Vec<bool>,
}

/// Something that was found.
#[derive(Debug, PartialEq, Eq)]
pub struct Leak {
    /// Which secret.
    pub secret: String,
    /// In which disguise.
    pub form: String,
    /// What stands around it.
    pub context: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secret,
            form,
            context,
        } = self;
        write!(f, "{secret} as {form} in {context:?}")
    }
}

impl Detector {
    /// Looks for these secrets, by name.
    pub fn new<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut detector = Self {
            forms: vec![
                Form::new("text", PIECE, |byte| byte),
                Form::new("hexadecimal", 2 * PIECE, |byte| byte.to_ascii_lowercase()),
                Form::new(
                    "base64",
                    base64_pieces(&[0; PIECE])[0].len(),
                    |byte| match byte {
                        b'-' => b'+',
                        b'_' => b'/',
                        byte => byte,
                    },
                ),
            ],
        };
        for (name, secret) in secrets {
            detector.add(name, secret.as_bytes());
        }
        detector
    }

    fn add(&mut self, name: &str, secret: &[u8]) {
        assert!(
            secret.len() >= PIECE,
            "{name} is too short to be looked for"
        );
        let [text, hex, base64] = self.forms.as_mut_slice() else {
            panic!("three forms");
        };
        for piece in secret.windows(PIECE) {
            text.add(name, piece);
            hex.add(name, hexadecimal(piece).as_bytes());
            for piece in base64_pieces(piece) {
                base64.add(name, &piece);
            }
        }
    }

    /// Looks through a text as it is, and with URL, JSON and HTML escapes undone, JSON in JSON too.
    pub fn find(&self, text: &[u8]) -> Option<Leak> {
        let unquoted = unquote(text);
        let views = [
            ("", text.to_vec()),
            ("URL-encoded ", unescape(text, percent)),
            ("escaped ", unquoted.clone()),
            ("twice escaped ", unquote(&unquoted)),
            ("HTML-encoded ", unescape(text, entity)),
        ];
        views
            .iter()
            .enumerate()
            .filter(|(index, (_, view))| *index == 0 || view != text)
            .find_map(|(_, (disguise, view))| self.find_in(disguise, view))
    }

    fn find_in(&self, disguise: &str, view: &[u8]) -> Option<Leak> {
        self.forms.iter().find_map(|form| {
            let (at, secret) = form.find(view)?;
            let around = at.saturating_sub(60)..(at + form.length + 60).min(view.len());
            Some(Leak {
                secret: secret.to_owned(),
                form: format!("{disguise}{}", form.name),
                context: String::from_utf8_lossy(&view[around]).into_owned(),
            })
        })
    }
}

impl Form {
    fn new(name: &'static str, length: usize, fold: fn(u8) -> u8) -> Self {
        Self {
            name,
            length,
            fold,
            pieces: HashMap::new(),
            starts: vec![false; 1 << 16],
        }
    }

    fn add(&mut self, secret: &str, piece: &[u8]) {
        let piece: Vec<u8> = piece.iter().map(|byte| (self.fold)(*byte)).collect();
        assert_eq!(piece.len(), self.length);
        self.starts[start(piece[0], piece[1])] = true;
        self.pieces.insert(piece, secret.to_owned());
    }

    fn find(&self, text: &[u8]) -> Option<(usize, &str)> {
        let folded: Vec<u8> = text.iter().map(|byte| (self.fold)(*byte)).collect();
        folded
            .windows(self.length)
            .enumerate()
            .filter(|(_, piece)| self.starts[start(piece[0], piece[1])])
            .find_map(|(at, piece)| Some((at, self.pieces.get(piece)?.as_str())))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

fn start(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// What base64 makes of a piece, whatever stands before and after it: the characters that depend on
/// the piece alone, at each of the three offsets.
fn base64_pieces(piece: &[u8]) -> [Vec<u8>; 3] {
    [0, 1, 2].map(|offset: usize| {
        let mut bytes = vec![0; offset];
        bytes.extend_from_slice(piece);
        let text = STANDARD_NO_PAD.encode(&bytes).into_bytes();
        // Of nine and ten bytes as many characters belong to the piece alone as of eight.
        let first = (offset * 8).div_ceil(6);
        text[first..first + PIECE * 8 / 6].to_vec()
    })
}

/// Undoes escapes: `read` says which byte stands at the start of a text, and how long it is written.
fn unescape(text: &[u8], read: fn(&[u8]) -> Option<(u8, usize)>) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        let (byte, length) = read(rest).unwrap_or((*first, 1));
        plain.push(byte);
        rest = &rest[length..];
    }
    plain
}

fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let digits = text.strip_prefix(b"%")?.get(..2)?;
    Some((hex(digits)?, 3))
}

fn unquote(text: &[u8]) -> Vec<u8> {
    unescape(text, quoted)
}

/// The escapes of JSON, Go and HCL.
fn quoted(text: &[u8]) -> Option<(u8, usize)> {
    let rest = text.strip_prefix(b"\\")?;
    match rest.first()? {
        b'u' => Some((hex(rest.get(1..5)?)?, 6)),
        b'x' => Some((hex(rest.get(1..3)?)?, 4)),
        other @ (b'"' | b'\\' | b'/' | b'\'') => Some((*other, 2)),
        _ => None,
    }
}

fn entity(text: &[u8]) -> Option<(u8, usize)> {
    let rest = text.strip_prefix(b"&")?;
    let end = rest.iter().take(8).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&rest[..end]).ok()?;
    let byte = match name {
        "amp" => b'&',
        "lt" => b'<',
        "gt" => b'>',
        "quot" => b'"',
        "apos" => b'\'',
        name => name.strip_prefix('#')?.parse().ok()?,
    };
    Some((byte, end + 2))
}

/// Reads hexadecimal digits of one byte; longer numbers are of no ASCII character.
fn hex(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(digits.trim_start_matches('0'), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    const SECRET: &str = r#"Zq7&xV<wKp%3"Rb+9/Tm=Yd?Gf~2\L"#;

    #[track_caller]
    fn finds(text: &str, form: &str) {
        let leak = Detector::new([("it", SECRET)]).find(text.as_bytes());
        let leak = leak.unwrap_or_else(|| panic!("nothing found in {text:?}"));
        assert_eq!((leak.secret.as_str(), leak.form.as_str()), ("it", form));
    }

    fn escaped(text: &str, escape: impl Fn(u8) -> String) -> String {
        text.bytes().map(escape).collect::<Vec<_>>().concat()
    }

    #[test]
    fn a_planted_secret_is_found_in_every_disguise() {
        let json = serde_json::to_string(SECRET).unwrap();
        let go = escaped(SECRET, |byte| match byte {
            b'&' | b'<' => format!("\\u{byte:04x}"),
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            byte => char::from(byte).to_string(),
        });
        let twice = serde_json::to_string(&json).unwrap();
        for (text, form) in [
            (format!("before {SECRET} after"), "text"),
            (escaped(SECRET, |byte| format!("{byte:02x}")), "hexadecimal"),
            (escaped(SECRET, |byte| format!("{byte:02X}")), "hexadecimal"),
            (STANDARD.encode(SECRET), "base64"),
            (URL_SAFE_NO_PAD.encode(SECRET), "base64"),
            (STANDARD.encode(format!("x{SECRET}")), "base64"),
            (STANDARD.encode(format!("xy{SECRET}zz")), "base64"),
        ] {
            finds(&text, form);
        }
        // These disguises leave stretches of a secret as they are; the pieces between must do.
        let piece = SECRET.get(8..16).unwrap();
        for (text, form) in [
            (
                escaped(piece, |byte| format!("%{byte:02X}")),
                "URL-encoded text",
            ),
            (
                escaped(piece, |byte| format!("%{byte:02x}")),
                "URL-encoded text",
            ),
            (
                escaped(piece, |byte| format!("&#{byte};")),
                "HTML-encoded text",
            ),
            (
                escaped(piece, |byte| format!("\\u{byte:04x}")),
                "escaped text",
            ),
            (
                escaped(piece, |byte| format!("\\\\u{byte:04x}")),
                "twice escaped text",
            ),
        ] {
            finds(&text, form);
        }
        for text in [json, go, twice] {
            assert!(
                Detector::new([("it", SECRET)])
                    .find(text.as_bytes())
                    .is_some()
            );
        }
    }

    #[test]
    fn eight_bytes_from_anywhere_are_a_leak_and_seven_are_not() {
        let detector = Detector::new([("it", SECRET)]);
        for start in 0..=SECRET.len() - PIECE {
            let piece = SECRET.get(start..start + PIECE).unwrap();
            for text in [
                format!("xx{piece}xx"),
                escaped(piece, |byte| format!("{byte:02x}")),
                STANDARD.encode(piece),
                STANDARD.encode(format!("x{piece}x")),
                STANDARD.encode(format!("xx{piece}xx")),
                escaped(piece, |byte| format!("%{byte:02x}")),
            ] {
                assert!(detector.find(text.as_bytes()).is_some(), "{text}");
            }
            let shorter = piece.get(..PIECE - 1).unwrap();
            for text in [
                format!("{shorter}..."),
                escaped(shorter, |byte| format!("{byte:02x}")),
                STANDARD.encode(shorter),
            ] {
                assert_eq!(detector.find(text.as_bytes()), None, "{text}");
            }
        }
    }

    #[test]
    fn what_is_found_is_named_and_shown() {
        let detector = Detector::new([("key", "sk-Wj4kNq8ZtRb2"), ("secret", SECRET)]);
        let leak = detector.find(b"the bearer sk-Wj4kNq8Z is in here").unwrap();
        assert_eq!(leak.secret, "key");
        assert_eq!(
            leak.to_string(),
            "key as text in \"the bearer sk-Wj4kNq8Z is in here\""
        );
    }
}
