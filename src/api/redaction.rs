//! Keeping secrets out of texts that the portal wrote.
//!
//! An error message of the portal is shown to people and may be hostile or careless: it can repeat the webhook's secret
//! or the API key. Each request knows which secrets it carried; a [`Redactor`] finds them again, whole or in any piece
//! of [`WINDOW`] bytes or more, plain, in hexadecimal, in base64 at any offset, and behind URL, HTML or JSON escapes.

use std::fmt;
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// The shortest piece of a secret that is looked for, in bytes.
const WINDOW: usize = 8;

/// Secrets shorter than this are too common as text to be cut out; a message that contains one is withheld.
const SHORTEST_CUT: usize = 4;

const MARK: &str = "[redacted]";

/// The longest HTML entity that is recognized, in bytes between `&` and `;`.
const LONGEST_ENTITY: usize = 8;

/// The longest message that is kept, in characters.
const MAX_MESSAGE_CHARS: usize = 500;

/// How much of a portal's text is looked at; a piece of a secret at the border is found like any other piece.
const MAX_RAW_CHARS: usize = 8 * MAX_MESSAGE_CHARS;

/// Finds known secrets in text.
#[derive(Clone, Default)]
pub struct Redactor {
    /// Every window of the folded forms of the secrets, sorted.
    windows: Zeroizing<Vec<[u8; WINDOW]>>,
    /// Folded forms of secrets that are shorter than a window.
    short: Vec<Zeroizing<Vec<u8>>>,
}

impl Redactor {
    /// Creates a redactor that knows no secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret in all the encodings that are looked for.
    pub fn add(&mut self, secret: &SecretString) {
        self.add_text(secret.expose_secret());
    }

    pub(crate) fn add_text(&mut self, secret: &str) {
        let bytes = secret.as_bytes();
        self.add_form(bytes);
        if bytes.len() < SHORTEST_CUT {
            // Their encodings are two letters that occur in any text.
            return;
        }
        let hex = hexadecimal(bytes);
        self.add_form(hex.as_bytes());
        for offset in 0..3 {
            self.add_form(base64_at_offset(bytes, offset).as_bytes());
        }
    }

    fn add_form(&mut self, form: &[u8]) {
        let folded: Zeroizing<Vec<u8>> =
            Zeroizing::new(form.iter().map(|byte| fold(*byte)).collect());
        if folded.len() < WINDOW {
            if !folded.is_empty() {
                self.short.push(folded);
            }
            return;
        }
        let windows = folded.windows(WINDOW);
        self.windows
            .extend(windows.filter_map(|window| <[u8; WINDOW]>::try_from(window).ok()));
        self.windows.sort_unstable();
    }

    /// Returns the text with every piece of a known secret replaced by `[redacted]`.
    pub fn redact(&self, text: &str) -> String {
        let plain = plain_view(text);
        let decoded = decoded_view(text);
        let mut hidden = vec![false; text.len()];
        for view in [&plain, &decoded] {
            if self.contains_tiny_secret(view) {
                return "(withheld: it contains a secret)".to_owned();
            }
            self.mark(view, &mut hidden);
        }
        render(text, &hidden)
    }

    fn contains_tiny_secret(&self, view: &[Letter]) -> bool {
        self.short
            .iter()
            .filter(|secret| secret.len() < SHORTEST_CUT)
            .any(|secret| {
                view.windows(secret.len())
                    .any(|window| equal(window, secret))
            })
    }

    fn mark(&self, view: &[Letter], hidden: &mut [bool]) {
        if !self.windows.is_empty() {
            for window in view.windows(WINDOW) {
                let mut bytes = Zeroizing::new([0; WINDOW]);
                for (byte, letter) in bytes.iter_mut().zip(window) {
                    *byte = letter.folded;
                }
                if self.windows.binary_search(&bytes).is_ok() {
                    hide(window, hidden);
                }
            }
        }
        for secret in &self.short {
            for window in view.windows(secret.len()) {
                if equal(window, secret) {
                    hide(window, hidden);
                }
            }
        }
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}

/// One byte of a text as it is compared, and the bytes of the text it stands for.
struct Letter {
    folded: u8,
    origin: Range<usize>,
}

/// Makes the letter case and the two base64 alphabets equal; over-matching costs nothing here.
const fn fold(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other.to_ascii_lowercase(),
    }
}

fn equal(window: &[Letter], secret: &[u8]) -> bool {
    window
        .iter()
        .zip(secret)
        .all(|(letter, byte)| letter.folded == *byte)
}

fn hide(window: &[Letter], hidden: &mut [bool]) {
    for letter in window {
        if let Some(bytes) = hidden.get_mut(letter.origin.clone()) {
            bytes.fill(true);
        }
    }
}

fn plain_view(text: &str) -> Vec<Letter> {
    text.bytes()
        .enumerate()
        .map(|(index, byte)| Letter {
            folded: fold(byte),
            origin: index..index + 1,
        })
        .collect()
}

/// The text with URL, HTML and JSON escapes undone wherever one is recognized.
fn decoded_view(text: &str) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(text.len());
    let mut rest = text;
    let mut start = 0;
    while let Some(first) = rest.chars().next() {
        let (decoded, length) = escape(rest).unwrap_or((first, first.len_utf8()));
        let mut buffer = [0; 4];
        for byte in decoded.encode_utf8(&mut buffer).bytes() {
            letters.push(Letter {
                folded: fold(byte),
                origin: start..start + length,
            });
        }
        start += length;
        rest = text.get(start..).unwrap_or_default();
    }
    letters
}

/// Decodes the escape at the start of `text`: the character and how many bytes it takes.
///
/// Secrets are ASCII (API §7.2), so one `%XX` or `\xXX` is one character.
fn escape(text: &str) -> Option<(char, usize)> {
    if let Some(rest) = text.strip_prefix('%') {
        return Some((hex_char(rest.get(..2)?)?, 3));
    }
    if let Some(rest) = text.strip_prefix('\\') {
        return match rest.chars().next()? {
            'u' => Some((hex_char(rest.get(1..5)?)?, 6)),
            'x' => Some((hex_char(rest.get(1..3)?)?, 4)),
            other => Some((other, 1 + other.len_utf8())),
        };
    }
    let rest = text.strip_prefix('&')?;
    let end = rest
        .bytes()
        .take(LONGEST_ENTITY + 1)
        .position(|byte| byte == b';')?;
    let entity = rest.get(..end)?;
    let character = match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        numeric => {
            let number = numeric.strip_prefix('#')?;
            match number.strip_prefix(['x', 'X']) {
                Some(hex) => hex_char(hex)?,
                None => char::from_u32(number.parse().ok()?)?,
            }
        }
    };
    Some((character, entity.len() + 2))
}

fn hex_char(digits: &str) -> Option<char> {
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

fn hexadecimal(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |value: u8| char::from_digit(u32::from(value), 16);
    let digits = bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    Zeroizing::new(digits.flatten().collect())
}

/// The characters of a base64 text that depend on `bytes` alone when they follow `offset` other bytes.
fn base64_at_offset(bytes: &[u8], offset: usize) -> Zeroizing<String> {
    let mut padded = Zeroizing::new(vec![0; offset]);
    padded.extend_from_slice(bytes);
    let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(padded.as_slice()));
    let first = (offset * 8).div_ceil(6);
    let end = padded.len() * 8 / 6;
    Zeroizing::new(encoded.get(first..end).unwrap_or_default().to_owned())
}

/// Copies the text with each hidden run replaced by the mark.
///
/// A character is hidden as soon as one of its bytes is, so the copy is cut at character borders only.
fn render(text: &str, hidden: &[bool]) -> String {
    let mut copy = String::with_capacity(text.len());
    let mut in_mark = false;
    for (start, character) in text.char_indices() {
        let bytes = hidden.get(start..start + character.len_utf8());
        let hide = bytes.is_some_and(|bytes| bytes.contains(&true));
        if !hide {
            copy.push(character);
        } else if !in_mark {
            copy.push_str(MARK);
        }
        in_mark = hide;
    }
    copy
}

/// A text of the portal that is fit to be shown: one line, without control characters and secrets, at most 500
/// characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalMessage(String);

impl PortalMessage {
    /// Cleans a text of the portal.
    ///
    /// Control and invisible characters go first, so that they cannot hide a secret from the redactor; the cut comes
    /// last, so that it cannot leave an unrecognized half.
    pub fn new(raw: &str, redactor: &Redactor) -> Self {
        let visible: String = raw
            .chars()
            .take(MAX_RAW_CHARS)
            .filter(|c| !is_invisible(*c))
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .collect();
        let clean = redactor.redact(visible.trim());
        let mut characters = clean.chars();
        let mut text: String = characters.by_ref().take(MAX_MESSAGE_CHARS).collect();
        if characters.next().is_some() {
            text.push('…');
        }
        Self(text)
    }

    /// Returns the cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PortalMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Returns whether a character is a control or changes how its neighbors are displayed.
fn is_invisible(character: char) -> bool {
    if character.is_control() {
        return !matches!(character, '\n' | '\r' | '\t');
    }
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests;
