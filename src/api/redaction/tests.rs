use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

const SECRET: &str = "S3cretKey-42_%&<\"\\+/=~x";

fn redactor() -> Redactor {
    let mut redactor = Redactor::new();
    redactor.add(&SecretString::from(SECRET));
    redactor
}

#[track_caller]
fn hides(text: &str) {
    let message = PortalMessage::new(text, &redactor());
    assert!(message.as_str().contains(MARK), "{text:?} -> {message}");
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
fn secrets_shorter_than_a_window_are_found_whole() {
    let mut redactor = Redactor::new();
    redactor.add(&SecretString::from("a1B2"));
    assert_eq!(redactor.redact("it is a1B2!"), "it is [redacted]!");
    assert_eq!(redactor.redact("it is YTFCMg=="), "it is [redacted]g==");
    assert_eq!(redactor.redact("it is a1 B2"), "it is a1 B2");
}

#[test]
fn a_message_around_a_tiny_secret_is_withheld() {
    let mut redactor = Redactor::new();
    redactor.add(&SecretString::from("q7"));
    assert_eq!(
        redactor.redact("password q7 is too short"),
        "(withheld: it contains a secret)"
    );
    assert_eq!(redactor.redact("too short"), "too short");
}

#[test]
fn an_empty_secret_changes_nothing() {
    let mut redactor = Redactor::new();
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
        let mut redactor = Redactor::new();
        redactor.add_text(&secret);
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
