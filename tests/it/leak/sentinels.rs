//! The secrets that must not be found, and a portal that throws them back.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use docspace_emulator::{Config, Emulator, Fault};
use serde_json::{Value, json};

use super::detector::Detector;

/// The API key. No part of it is hexadecimal, which would be found by chance in any log.
pub const KEY: &str = "sk-Wj4kNq8ZtRb2XvYc7MhLgHs9GpQu3TwJ5xVn6KyZ";

/// Webhook secrets, one for each time that one is sent, with characters that every encoding escapes.
pub const CREATED: &str = r#"Zq7&xV<wKp%3"Rb+9/Tm=Yd?Gf~2\L"#;
pub const ROTATED: &str = r"Hn4>sQ'jWv&8{Lx}0/Ck^Pz%Rt|6\M";
pub const IMPORTED: &str = r#"Yb1<uE"oXs;5(Nf)7+Jg$Da&Vw#4\K"#;
pub const REFUSED: &str = r#"Tc9&iF>pLz%2[Qh]6/Um!Ke"Bx@8\S"#;
pub const CRASHED: &str = r"Gw3'rD<nVy=7{Oj}1%Xs&Lk?Ta+5\P";

/// A key that the portal makes and shows once. No part of it is hexadecimal, as [`KEY`].
pub const MADE: &str = "sk-Ry5hVw2QzKx7NpJt9GmLsUq4TbHvXk6ZrYj3WnPg";

/// Where the portal's API begins.
pub const API: &str = "/api/2.0";

/// Looks for all of them.
pub fn detector() -> Detector {
    Detector::new([
        ("the API key", KEY),
        ("the secret of the creation", CREATED),
        ("the secret of the rotation", ROTATED),
        ("the secret of the import", IMPORTED),
        ("the secret of the refusal", REFUSED),
        ("the secret of the crash", CRASHED),
        ("the new key", MADE),
    ])
}

/// A portal that accepts [`KEY`] and never looks for receivers.
pub async fn portal() -> Emulator {
    let config = Config {
        api_key: KEY.into(),
        ..Config::offline()
    };
    Emulator::start(config).await.unwrap()
}

/// A provider block without the key. Nothing is retried, so that no test waits.
pub fn provider(portal: &Emulator) -> Value {
    json!({"base_url": portal.base_url(), "api_key": KEY, "max_retries": 0})
}

/// A webhook with this name and other arguments.
pub fn webhook(name: &str, secret: &Value) -> Value {
    let mut config = json!({
        "name": name, "uri": "https://hooks.example.com/docspace", "triggers": ["FileUploaded"],
    });
    for (argument, value) in secret.as_object().unwrap() {
        config[argument] = value.clone();
    }
    config
}

/// A text that says a secret in every way that can be read back.
pub fn said(secret: &str) -> String {
    let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<Vec<_>>().concat();
    let some_percent = each(|byte| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02x}")
        }
    });
    let (_, half) = secret.split_at(secret.len() / 2);
    [
        secret.to_owned(),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("{byte:02X}")),
        STANDARD.encode(secret),
        STANDARD.encode(format!("x{secret}")),
        URL_SAFE_NO_PAD.encode(format!("xy{secret}")),
        each(|byte| format!("%{byte:02X}")),
        some_percent,
        each(|byte| format!("&#{byte};")),
        // With something between the characters that nobody sees.
        each(|byte| format!("{}\u{200b}", char::from(byte))),
        format!("Bearer {half}"),
    ]
    .join(" ")
}

/// An answer of a careless or hostile portal.
pub struct Answer {
    pub what: &'static str,
    pub status: u16,
    pub header: Option<(&'static str, String)>,
    pub body: String,
}

/// What a portal may answer that knows a secret and the key.
pub fn answers(secret: &str) -> Vec<Answer> {
    let text = format!("{} {}", said(secret), said(KEY));
    // Longer than what is quoted of a message, with the secrets where it is cut.
    let (before, after) = ("x".repeat(485), "x".repeat(4000));
    let long = format!("{before}{secret}{KEY}{after}");
    let handler = |status: u16, message: &str| {
        json!({"error": {"message": message, "type": text, "stack": text, "hresult": 0},
               "status": 1, "statusCode": status})
        .to_string()
    };
    let fields = json!({"response": {
        "title": text, "status": 400, "traceId": text,
        "errors": {"Name": [text], text.clone(): [text], secret: secret},
    }});
    let problem = json!({"title": text, "status": 403, "detail": text, "traceId": text});
    let host = KEY.trim_start_matches("sk-");
    let location = ("Location", format!("https://{host}.example.com/?{KEY}"));
    let answer = |what, status, body: String| Answer {
        what,
        status,
        header: None,
        body,
    };
    vec![
        answer("a handler's error", 400, handler(400, &text)),
        answer("a handler's failure", 500, handler(500, &text)),
        answer("a long message", 400, handler(400, &long)),
        answer("rejected fields", 400, fields.to_string()),
        answer("a problem", 403, problem.to_string()),
        answer("a sentence", 403, text.clone()),
        answer("a sentence in JSON", 403, json!(text).to_string()),
        answer(
            "a web page",
            400,
            format!("<html><title>{text}</title>{text}</html>"),
        ),
        Answer {
            header: Some(location),
            ..answer("a redirect", 302, text.clone())
        },
        Answer {
            header: Some(("Retry-After", KEY.to_owned())),
            ..answer("a header", 429, text)
        },
    ]
}

/// The first of these answers: what an ordinary refusal looks like.
pub fn refusal(secret: &str) -> Answer {
    answers(secret).swap_remove(0)
}

/// A rule that answers so.
pub fn answering(method: &str, path: &str, answer: &Answer) -> Fault {
    let header = answer.header.as_ref();
    let headers: Vec<_> = header
        .map(|(name, value)| (*name, value.as_str()))
        .into_iter()
        .collect();
    Fault::on(method, &format!("{API}{path}")).respond(answer.status, &headers, &answer.body)
}
