//! Secrets and keys in hostile answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use docspace_emulator::{DEFAULT_API_KEY, Fault};
use secrecy::SecretString;
use terraform_provider_docspace::api::Error;

use super::bench::{Bench, PATH, create, update};

const SECRET: &str = "S3cretKey-42";

fn shown(error: &Error) -> String {
    format!("{error} {error:?} {}", error.cause())
}

/// Checks that no eight bytes in a row of either secret are shown.
#[track_caller]
fn assert_clean(error: &Error) {
    let text = shown(error);
    for secret in [SECRET, DEFAULT_API_KEY] {
        for window in secret.as_bytes().windows(8) {
            let window = std::str::from_utf8(window).unwrap();
            assert!(!text.contains(window), "{window} in {text}");
        }
        assert!(!text.contains(&STANDARD.encode(secret)), "{text}");
    }
}

#[tokio::test]
async fn a_portal_that_repeats_the_secret_and_the_key_does_not_get_them_shown() {
    let bench = Bench::start().await;
    let webhook = bench.created("a").await.webhook.unwrap();
    let base64 = STANDARD.encode(format!("x{SECRET}"));
    let echo = format!(
        "{SECRET} Bearer {DEFAULT_API_KEY} {base64} {}",
        SECRET.split_at(2).1
    );
    for body in [
        format!(
            r#"{{"error":{{"message":"{echo}","type":"{echo}","stack":"{echo}","hresult":1}},"status":1}}"#
        ),
        format!(
            r#"{{"response":{{"title":"{echo}","errors":{{"{echo}":["{echo}"]}}}},"status":1}}"#
        ),
        format!(r#"{{"title":"{echo}"}}"#),
        format!(r#""{echo}""#),
        echo.clone(),
        format!("<html>{echo}</html>"),
        format!(r#"{{"response":{{"id":"{echo}"}}}}"#),
    ] {
        for status in [200, 400, 500] {
            bench.fault(Fault::on("*", PATH).respond(status, &[], &body));
            let mut change = update(&webhook);
            change.secret_key = Some(SecretString::from(SECRET));
            let updated = bench.client.update_webhook(&change).await.unwrap_err();
            let created = bench
                .client
                .create_webhook(&create("b"), |_| true)
                .await
                .unwrap_err();
            assert_clean(&updated);
            assert_clean(&created);
            bench.portal.clear_faults();
        }
    }
}

#[tokio::test]
async fn what_surrounds_a_secret_is_still_shown() {
    let bench = Bench::start().await;
    let body = format!(r#"{{"error":{{"message":"The secret {SECRET} is weak."}}}}"#);
    bench.fault(Fault::on("POST", PATH).respond(400, &[], &body));
    let error = bench
        .client
        .create_webhook(&create("a"), |_| true)
        .await
        .unwrap_err();
    assert_eq!(
        error.message().unwrap().as_str(),
        "The secret [redacted] is weak."
    );
}

#[tokio::test]
async fn a_redirect_to_a_host_made_of_the_key_is_not_shown() {
    let bench = Bench::start().await;
    let location = format!("https://{}.example.com/", DEFAULT_API_KEY.split_at(40).0);
    bench.fault(Fault::on("GET", PATH).respond(302, &[("Location", location.as_str())], ""));
    let error = bench.client.list_webhooks().await.unwrap_err();
    assert_clean(&error);
    assert!(shown(&error).contains("[redacted]"), "{}", shown(&error));
}

#[tokio::test]
async fn neither_client_nor_request_shows_a_secret() {
    let bench = Bench::start().await;
    let text = format!("{:?} {:?}", bench.client, create("a"));
    assert!(!text.contains(SECRET) && !text.contains(DEFAULT_API_KEY));
}
