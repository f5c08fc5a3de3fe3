use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const SECRET: &str = "S3cretKey-42_%&<\"\\+/=~x";

fn redactor() -> Redactor {
    let redactor = Redactor::new();
    redactor.add(&SecretString::from(SECRET));
    redactor
}

#[track_caller]
fn hides(text: &str) {
    let message = PortalMessage::new(text, &redactor());
    assert!(message.as_str().contains(MARK), "{text:?} -> {message}");
    for piece in SECRET.as_bytes().windows(8) {
        let piece = std::str::from_utf8(piece).unwrap();
        assert!(!message.as_str().contains(piece), "{text:?} -> {message}");
    }
}

fn each_byte(text: &str, encode: impl Fn(u8) -> String) -> String {
    text.bytes().map(encode).collect::<Vec<_>>().concat()
}

fn percent_encoded(text: &str) -> String {
    each_byte(text, |byte| format!("%{byte:02X}"))
}

#[test]
fn a_secret_is_cut_out_of_the_words_around_it() {
    let text = format!("the key {SECRET} is weak, {SECRET}");
    let message = PortalMessage::new(&text, &redactor());
    assert_eq!(message.as_str(), "the key [redacted] is weak, [redacted]");
}

#[test]
fn a_text_without_secrets_is_kept() {
    let text = "Webhook with the same name and payload URL already exists";
    assert_eq!(PortalMessage::new(text, &redactor()).as_str(), text);
    assert_eq!(PortalMessage::new(text, &Redactor::new()).as_str(), text);
}

#[test]
fn every_encoding_of_a_secret_is_found() {
    hides(&SECRET.to_uppercase());
    let hex = each_byte(SECRET, |byte| format!("{byte:02x}"));
    hides(&hex);
    hides(&hex.to_uppercase());
    for prefix in ["", "x", "xy", "Bearer "] {
        for suffix in ["", "z", "zz"] {
            let text = format!("{prefix}{SECRET}{suffix}");
            hides(&STANDARD.encode(&text));
            hides(&URL_SAFE_NO_PAD.encode(&text));
        }
    }
    hides(&percent_encoded(SECRET));
    hides(&SECRET.replace('%', "%25").replace('&', "%26"));
    hides(
        &SECRET
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&#34;"),
    );
    hides(&SECRET.replace('&', "&#x26;").replace('<', "&#60;"));
    hides(&SECRET.replace('\\', "\\\\").replace('"', "\\\""));
    hides(&SECRET.replace('&', "\\u0026").replace('<', "\\u003C"));
}

#[test]
fn invisible_characters_cannot_hide_a_secret() {
    for separator in ["\u{200b}", "\0", "\u{1b}", "\u{202e}", "\u{ad}"] {
        let spread = each_byte(SECRET, |byte| format!("{}{separator}", char::from(byte)));
        let message = PortalMessage::new(&spread, &redactor());
        assert_eq!(message.as_str(), MARK, "{separator:?}");
    }
}

#[test]
fn separators_cannot_hide_a_secret() {
    for separator in [" ", "\n", "\r\n\t", "-", ":", ", ", " | "] {
        let spread = each_byte(SECRET, |byte| format!("{}{separator}", char::from(byte)));
        hides(&spread);
        let dump = each_byte(SECRET, |byte| format!("{byte:02X}{separator}"));
        let message = PortalMessage::new(&dump, &redactor());
        assert_eq!(
            message.as_str().matches("[redacted]").count(),
            1,
            "{message}"
        );
    }
    // Of a secret with few letters and digits, only the blanks can be left out.
    let redactor = Redactor::new();
    redactor.add(&SecretString::from("!#%-+=/?.:;<>a1"));
    assert_eq!(
        redactor.redact("is ! # %\n-+ = / ? . : ; < > a1 ok"),
        "is [redacted] ok"
    );
    let (half, other) = SECRET.split_at(9);
    let message = PortalMessage::new(&format!("is {half}\n{other} ok"), &self::redactor());
    assert_eq!(message.as_str(), "is [redacted] ok");
}

#[test]
fn layers_of_escapes_cannot_hide_a_secret() {
    let json = |text: &str| serde_json::Value::from(text).to_string();
    hides(&json(&json(SECRET)));
    hides(&percent_encoded(&percent_encoded(SECRET)));
    let entities = each_byte(SECRET, |byte| format!("&#x{byte:x};"));
    hides(&entities.replace('&', "&amp;"));
}

#[test]
fn a_short_secret_is_cut_where_it_stands_alone() {
    for (secret, text, shown) in [
        ("a1B2", "it is a1B2!", "it is [redacted]!"),
        ("a1B2", "it is YTFCMg==", "it is [redacted]g=="),
        ("a1B2", "it is 61314232", "it is [redacted]"),
        ("a1B2", "it is a1 B2", "it is a1 B2"),
        // Cutting it out of a word would give it away.
        (
            "word",
            "Password must contain digits",
            "Password must contain digits",
        ),
        (
            "word",
            "Password 'word' is too short",
            "Password '[redacted]' is too short",
        ),
        (
            "q7",
            "password q7 is too short",
            "password [redacted] is too short",
        ),
        ("e", "The receiver refused me", "The receiver refused me"),
        (
            ".",
            "Invalid name. Invalid uri.",
            "Invalid name. Invalid uri.",
        ),
        (
            "8",
            "from 8 to 18 characters",
            "from [redacted] to 18 characters",
        ),
        ("\u{e9}", "caf\u{e9}", "caf\u{e9}"),
    ] {
        let redactor = Redactor::new();
        redactor.add(&SecretString::from(secret));
        assert_eq!(redactor.redact(text), shown, "{secret}");
    }
}

#[test]
fn a_documented_sentence_is_kept_whatever_the_secrets_are() {
    let redactor = Redactor::new();
    for secret in ["Exception", "same", "available", "blacklist-1"] {
        redactor.add(&SecretString::from(secret));
    }
    for sentence in [
        "Webhook with the same name and payload URL already exists",
        "System.Net.Http.HttpRequestException",
        "Trigger is not available",
        "URL host is in the blacklist",
    ] {
        assert_eq!(PortalMessage::new(sentence, &redactor).as_str(), sentence);
    }
    let message = PortalMessage::new("Webhook of the same name exists", &redactor);
    assert_eq!(message.as_str(), "Webhook of the [redacted] name exists");
}

/// What is added later is found; what is added often is kept once.
#[test]
fn every_secret_of_a_process_is_found() {
    let redactor = Redactor::new();
    let secret = |number: u32| SecretString::from(format!("Secret-number-{number:05}-of-many"));
    for number in (0..5_000).chain(0..5_000) {
        redactor.add(&secret(number));
    }
    assert_eq!(redactor.with(|known| known.waiting.len()), 5_000);
    assert_eq!(redactor.redact("Secret-number-04999-of-many"), MARK);
    assert_eq!(redactor.with(|known| known.waiting.len()), 0);
    redactor.add(&secret(4_999));
    redactor.add(&secret(70_001));
    assert_eq!(redactor.with(|known| known.waiting.len()), 1);
    assert_eq!(redactor.redact("-number-70001"), MARK);
}

#[test]
fn an_empty_secret_changes_nothing() {
    let redactor = Redactor::new();
    redactor.add(&SecretString::from(""));
    assert_eq!(redactor.redact("any text"), "any text");
}

#[test]
fn messages_are_one_line_and_at_most_500_characters() {
    let message = PortalMessage::new("  one\r\ntwo\tthree\u{7}\u{1b}[31m  ", &Redactor::new());
    assert_eq!(message.as_str(), "one  two three[31m");
    let message = PortalMessage::new(&"ü".repeat(501), &Redactor::new());
    assert_eq!(message.as_str().chars().count(), 501);
    assert!(message.as_str().ends_with('…'));
    let message = PortalMessage::new(&"ü".repeat(500), &Redactor::new());
    assert_eq!(message.as_str(), "ü".repeat(500));
}

#[test]
fn debug_shows_no_secret() {
    assert_eq!(format!("{:?}", redactor()), "Redactor(..)");
}

proptest! {
    #[test]
    fn no_piece_of_eight_bytes_survives_in_any_encoding(
        secret in "[!-~]{8,30}",
        before in "[ -~]{0,20}",
        after in "[ -~]{0,20}",
        encoding in 0..5_usize,
        start in 0..22_usize,
    ) {
        let start = start.min(secret.len() - 8);
        let piece = secret.split_at(start).1;
        let encoded = match encoding {
            0 => piece.to_owned(),
            1 => each_byte(piece, |byte| format!("{byte:02X}")),
            2 => STANDARD.encode(format!("{before}{piece}{after}")),
            3 => percent_encoded(piece),
            _ => each_byte(piece, |byte| format!("&#{byte};")),
        };
        let redactor = Redactor::new();
        redactor.add(&SecretString::from(secret.as_str()));
        let shown = redactor.redact(&format!("{before} {encoded} {after}"));
        for window in piece.as_bytes().windows(8) {
            let window = std::str::from_utf8(window).unwrap();
            prop_assert!(!shown.contains(window) || before.contains(window) || after.contains(window));
        }
        prop_assert!(shown.contains(MARK), "{shown}");
    }

    #[test]
    fn any_text_can_be_cleaned(text in "\\PC{0,200}|.{0,200}") {
        let message = PortalMessage::new(&text, &redactor());
        prop_assert!(message.as_str().chars().count() <= MAX_MESSAGE_CHARS + 1);
        prop_assert!(!message.as_str().chars().any(char::is_control));
    }
}
