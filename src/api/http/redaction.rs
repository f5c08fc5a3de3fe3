//! Keeping secrets out of texts that the portal wrote.
//!
//! An error message of the portal is shown to people and may be hostile or careless: it can repeat the webhook's secret
//! or the API key. A [`Redactor`] finds every secret that the process has seen, whole or in any piece of [`WINDOW`]
//! bytes or more: plain, in hexadecimal, in base64 at any offset, in URL, HTML or JSON escapes, or broken up by blanks,
//! line ends or other separators.
//!
//! A portal also knows secrets that this process has never seen: a refresh does not see write-only values. So
//! [`Quoting`] quotes the portal freely only about a configuration that was sent to it.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher as _;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::documented;

/// The shortest piece of a secret that is looked for, in bytes.
const WINDOW: usize = 8;

/// For secrets shorter than this, only the secret itself is searched: its encodings are two letters that occur in any
/// text.
const SHORTEST_ENCODED: usize = 4;

const MARK: &str = "[redacted]";

/// How many layers of escapes are undone, as of JSON in JSON.
const LAYERS: usize = 2;

/// The longest escape that is recognized, in characters: an HTML entity.
const LONGEST_ESCAPE: usize = 10;

/// The longest message that is kept, in characters.
const MAX_MESSAGE_CHARS: usize = 500;

/// How much of a portal's text is examined; a piece of a secret at the border is found like any other piece.
const MAX_RAW_CHARS: usize = 8 * MAX_MESSAGE_CHARS;

/// Finds the secrets it was given in text.
///
/// Adding is cheap, because most processes never quote anything: secrets are split into pieces only before a text is
/// cleaned, each once.
#[derive(Default)]
pub struct Redactor(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Secrets that were added since a text was last cleaned.
    waiting: Vec<SecretString>,
    pieces: Pieces,
}

/// The secrets, split into pieces. Windows are kept as keyed hashes, which reveal nothing to anyone who reads the
/// memory.
#[derive(Default)]
struct Pieces {
    hasher: RandomState,
    /// Hashes of the secrets that were added.
    whole: HashSet<u64>,
    /// Hashes of every window of every folded form.
    windows: HashSet<u64>,
    /// Folded forms that are shorter than a window.
    short: Vec<Short>,
}

/// A form that is shorter than a window.
struct Short {
    folded: Zeroizing<Vec<u8>>,
    /// Whether it counts only if no letter or digit is next to it. A short secret can be part of a word, and cutting it
    /// out of one would both garble the message and give away the secret.
    stands_alone: bool,
}

impl Redactor {
    /// Creates a redactor that knows no secret.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a secret in all the encodings that are looked for. One that was added before costs nothing.
    pub fn add(&self, secret: &SecretString) {
        self.with(|known| {
            let Pieces { hasher, whole, .. } = &mut known.pieces;
            let text = secret.expose_secret();
            if !text.is_empty() && whole.insert(hasher.hash_one(text)) {
                known.waiting.push(secret.clone());
            }
        });
    }

    /// Returns the text with every piece of a known secret replaced by `[redacted]`.
    pub fn redact(&self, text: &str) -> String {
        let mut hidden = vec![false; text.len()];
        self.with(|known| {
            for secret in known.waiting.drain(..) {
                known.pieces.add(secret.expose_secret().as_bytes());
            }
            let mut signs = signs(text);
            for layer in 0..=LAYERS {
                if layer > 0 {
                    signs = unescaped(&signs);
                }
                known.pieces.mark(&letters(&signs), &mut hidden);
            }
        });
        render(text, &hidden)
    }

    fn with<T>(&self, act: impl FnOnce(&mut Known) -> T) -> T {
        // A panic while it was locked would at worst have left out a form, and nothing here panics.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor(..)")
    }
}

impl Pieces {
    fn add(&mut self, secret: &[u8]) {
        self.add_form(secret, true);
        if secret.len() < SHORTEST_ENCODED {
            return;
        }
        let bare = secret.iter().copied().filter(u8::is_ascii_alphanumeric);
        let bare = Zeroizing::new(bare.collect::<Vec<_>>());
        if bare.len() >= WINDOW {
            self.add_form(&bare, false);
        }
        self.add_form(hexadecimal(secret).as_bytes(), false);
        for offset in 0..3 {
            self.add_form(base64_at_offset(secret, offset).as_bytes(), false);
        }
    }

    fn add_form(&mut self, form: &[u8], stands_alone: bool) {
        let folded: Zeroizing<Vec<u8>> =
            Zeroizing::new(form.iter().map(|byte| fold(*byte)).collect());
        if folded.is_empty() {
            return;
        }
        if folded.len() < WINDOW {
            self.short.push(Short {
                folded,
                stands_alone,
            });
            return;
        }
        let hasher = &self.hasher;
        self.windows
            .extend(folded.windows(WINDOW).map(|window| hasher.hash_one(window)));
    }

    /// Marks pieces of a secret: as they are, broken up by blanks and line ends, or by anything.
    fn mark(&self, letters: &[Letter], hidden: &mut [bool]) {
        for short in &self.short {
            short.mark(letters, hidden);
        }
        let is_blank = |letter: &&Letter| letter.folded.is_ascii_whitespace();
        let squeezed: Vec<&Letter> = letters.iter().filter(|l| !is_blank(l)).collect();
        self.mark_windows(&squeezed, hidden);
        let is_bare = |letter: &&Letter| letter.folded.is_ascii_alphanumeric();
        let bare: Vec<&Letter> = letters.iter().filter(is_bare).collect();
        self.mark_windows(&bare, hidden);
    }

    fn mark_windows(&self, letters: &[&Letter], hidden: &mut [bool]) {
        for window in letters.windows(WINDOW) {
            let mut bytes = [0; WINDOW];
            for (byte, letter) in bytes.iter_mut().zip(window) {
                *byte = letter.folded;
            }
            if self
                .windows
                .contains(&self.hasher.hash_one(bytes.as_slice()))
            {
                hide(window.first().copied(), window.last().copied(), hidden);
            }
        }
    }
}

impl Short {
    fn mark(&self, letters: &[Letter], hidden: &mut [bool]) {
        let length = self.folded.len();
        let is_word = |letter: Option<&Letter>| letter.is_some_and(Letter::is_part_of_a_word);
        for (start, window) in letters.windows(length).enumerate() {
            let is_equal = window.iter().map(|letter| &letter.folded).eq(&*self.folded);
            if !is_equal {
                continue;
            }
            let before = start.checked_sub(1).and_then(|before| letters.get(before));
            let is_alone = !is_word(before) && !is_word(letters.get(start + length));
            if is_alone || !self.stands_alone {
                hide(window.first(), window.last(), hidden);
            }
        }
    }
}

/// A character of a text, and the bytes of the text that it represents.
struct Sign {
    character: char,
    origin: Range<usize>,
}

/// One byte of a text as it is compared, and the bytes of the text that it represents.
struct Letter {
    folded: u8,
    origin: Range<usize>,
}

impl Letter {
    /// Bytes above ASCII are letters of some script.
    const fn is_part_of_a_word(&self) -> bool {
        self.folded.is_ascii_alphanumeric() || !self.folded.is_ascii()
    }
}

/// Makes the letter case and the two base64 alphabets equal; over-matching costs nothing here.
const fn fold(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other.to_ascii_lowercase(),
    }
}

/// Hides everything from one letter to another, inclusive.
fn hide(first: Option<&Letter>, last: Option<&Letter>, hidden: &mut [bool]) {
    if let (Some(first), Some(last)) = (first, last)
        && let Some(bytes) = hidden.get_mut(first.origin.start..last.origin.end)
    {
        bytes.fill(true);
    }
}

fn signs(text: &str) -> Vec<Sign> {
    let signs = text.char_indices().map(|(start, character)| Sign {
        character,
        origin: start..start + character.len_utf8(),
    });
    signs.collect()
}

fn letters(signs: &[Sign]) -> Vec<Letter> {
    let mut letters = Vec::with_capacity(signs.len());
    for sign in signs {
        let mut buffer = [0; 4];
        for byte in sign.character.encode_utf8(&mut buffer).bytes() {
            letters.push(Letter {
                folded: fold(byte),
                origin: sign.origin.clone(),
            });
        }
    }
    letters
}

/// The text with one layer of URL, HTML and JSON escapes undone, wherever one is recognized.
fn unescaped(signs: &[Sign]) -> Vec<Sign> {
    let mut plain = Vec::with_capacity(signs.len());
    let mut rest = signs;
    while let Some((first, _)) = rest.split_first() {
        let (character, length) = escape_at(rest).unwrap_or((first.character, 1));
        let (taken, left) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let end = taken.last().unwrap_or(first).origin.end;
        plain.push(Sign {
            character,
            origin: first.origin.start..end,
        });
        rest = left;
    }
    plain
}

/// Decodes the escape at the start: the character, and how many characters the escape takes.
fn escape_at(signs: &[Sign]) -> Option<(char, usize)> {
    if !matches!(signs.first()?.character, '%' | '\\' | '&') {
        return None;
    }
    let ahead = signs.iter().take(LONGEST_ESCAPE);
    escape(&ahead.map(|sign| sign.character).collect::<String>())
}

/// Decodes the escape at the start of `text`: the character and how many characters it takes.
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
            other => Some((other, 2)),
        };
    }
    let (entity, _) = text.strip_prefix('&')?.split_once(';')?;
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
    // All of these are ASCII.
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

/// How far the words of an answer are quoted.
#[derive(Debug, Clone, Copy)]
pub enum Quoting<'a> {
    /// All of them except known secrets: the answer to a configuration that was sent, whose secret is known.
    Cleaned(&'a Redactor),
    /// Only the sentences that the description of the API has: any other answer can hold a secret that this process
    /// has never seen.
    Documented,
}

impl Quoting<'_> {
    /// Returns what may be quoted of a text.
    pub(crate) fn quote(self, raw: &str) -> Option<PortalMessage> {
        match self {
            Self::Cleaned(redactor) => Some(PortalMessage::new(raw, redactor)),
            Self::Documented => documented::sentence(raw).map(PortalMessage::documented),
        }
    }
}

/// A text of the portal that is safe to show: one line, without control characters and secrets, at most 500 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalMessage(String);

impl PortalMessage {
    /// Cleans a text of the portal.
    ///
    /// Control and invisible characters go first, so that they cannot hide a secret from the redactor; the cut comes
    /// last, so that it cannot leave an unrecognized half. A documented sentence is kept whole, whatever the secrets
    /// are: it repeats nothing, and callers recognize refusals by it.
    pub fn new(raw: &str, redactor: &Redactor) -> Self {
        if let Some(sentence) = documented::sentence(raw) {
            return Self::documented(sentence);
        }
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

    fn documented(sentence: &'static str) -> Self {
        Self(sentence.to_owned())
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
