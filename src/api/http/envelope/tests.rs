use proptest::prelude::*;
use secrecy::SecretString;

use super::*;
use crate::api::http::redaction::Redactor;
use crate::api::webhooks::WebhookListItem;

fn integer(node: &Node<'_>) -> Result<i64, DecodeError> {
    node.integer()
}

fn number(body: &str) -> Result<i64, BodyError> {
    decode_value(body.as_bytes(), integer)
}

fn numbers(body: &str) -> Result<List<i64>, BodyError> {
    let whole = decode_list(body.as_bytes(), integer);
    reads_alike(body.as_bytes(), integer);
    whole
}

/// Asserts that a list is the same, whatever pieces it arrives in.
fn reads_alike<T: PartialEq + fmt::Debug>(
    body: &[u8],
    decode: impl Copy + Fn(&Node<'_>) -> Result<T, DecodeError>,
) {
    let parts = |list: Result<List<T>, BodyError>| list.map(|list| (list.items, list.total));
    let whole = parts(decode_list(body, decode));
    for size in [1, 7, 4096] {
        let pieces = Pieces { rest: body, size };
        assert_eq!(parts(decode_list_from(pieces, decode)), whole);
    }
}

/// Bytes that arrive a few at a time.
struct Pieces<'a> {
    rest: &'a [u8],
    size: usize,
}

impl io::Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(buffer.len());
        self.rest.read(&mut buffer[..size])
    }
}

fn mismatch(path: &str, expected: &'static str, found: &'static str) -> BodyError {
    BodyError::Decode(DecodeError {
        path: path.into(),
        expected,
        found,
    })
}

fn failure(body: &str) -> StatusFailure {
    status_failure(400, body.as_bytes(), Quoting::Cleaned(&Redactor::new()))
}

fn message(failure: &StatusFailure) -> Option<&str> {
    failure.message.as_ref().map(PortalMessage::as_str)
}

#[test]
fn a_value_is_read_wrapped_or_bare() {
    assert_eq!(number(r#"{"response": 5, "count": 1, "status": 0}"#), Ok(5));
    assert_eq!(number(r#"{"status": 0, "response": 5}"#), Ok(5));
    assert_eq!(number("5"), Ok(5));
    assert_eq!(number("\u{feff} 5 "), Ok(5));
}

/// The catalog of older portals is an object of any names with numbers, so the wrapper's own members would do.
#[test]
fn a_wrapper_without_a_value_is_not_the_value() {
    let names = |node: &Node<'_>| Ok(node.object()?.len());
    let found = |body: &str| decode_value(body.as_bytes(), names);
    assert_eq!(
        found(r#"{"count": 1, "status": 0, "statusCode": 200}"#),
        Err(mismatch("response", "an object", "null"))
    );
    assert_eq!(found(r#"{"file.uploaded": 256}"#), Ok(1));
}

#[test]
fn a_list_is_read_wrapped_or_bare_and_its_count_is_ignored() {
    let wrapped =
        numbers(r#"{"count": 1, "response": [1, 2], "total": 7, "links": [{}]}"#).unwrap();
    assert_eq!((wrapped.items, wrapped.total), (vec![1, 2], Some(7)));
    let bare = numbers("[1, 2]").unwrap();
    assert_eq!((bare.items, bare.total), (vec![1, 2], None));
    assert!(numbers(r#"{"response": []}"#).unwrap().items.is_empty());
}

#[test]
fn a_list_that_is_missing_is_never_an_empty_list() {
    for body in [
        "{}",
        r#"{"count": 0, "status": 0, "statusCode": 200}"#,
        r#"{"items": []}"#,
    ] {
        let error = numbers(body).unwrap_err();
        assert_eq!(error, mismatch("response", "an array", "nothing"), "{body}");
    }
    for body in [
        r#"{"response": null}"#,
        r#"{"response": {}}"#,
        r#"{"response": {"1": 2}}"#,
        r#"{"response": "[]"}"#,
        r#"{"response": true}"#,
    ] {
        let error = numbers(body).unwrap_err();
        assert_eq!(
            error,
            mismatch("response", "an array", "another kind of value"),
            "{body}"
        );
    }
    for body in ["null", "\"text\"", "true", "5"] {
        assert_eq!(
            numbers(body).unwrap_err(),
            mismatch("", "an array", "another kind of value"),
            "{body}"
        );
    }
}

#[test]
fn one_bad_element_fails_the_list_and_is_named_by_its_index() {
    assert_eq!(
        numbers(r#"{"response": [1, "x", 3]}"#).unwrap_err(),
        mismatch("response[1]", "a whole number", "a string")
    );
    assert_eq!(
        numbers("[1, 2, null]").unwrap_err(),
        mismatch("[2]", "a whole number", "null")
    );
    let body =
        r#"{"response": [{"configs": {"id": 1, "name": "a", "uri": "u", "enabled": true}}]}"#;
    let error = decode_list(body.as_bytes(), WebhookListItem::decode).unwrap_err();
    assert_eq!(
        error,
        mismatch("response[0].configs.ssl", "true or false", "nothing")
    );
}

#[test]
fn a_cut_body_is_told_from_another_format() {
    for body in ["", " ", r#"{"response": [1, 2"#, r#"{"response""#, "[1,"] {
        let error = numbers(body).unwrap_err();
        assert!(
            matches!(&error, BodyError::Decode(error) if error.expected == "complete JSON"),
            "{body:?}: {error:?}"
        );
        assert!(number(body).is_err());
    }
    for body in ["<html>", "\u{feff}\n <!DOCTYPE html>", "<?xml?>"] {
        let expected = BodyError::NotJson {
            found: NotJson::WebPage,
        };
        assert_eq!(numbers(body).unwrap_err(), expected);
        assert_eq!(number(body), Err(expected));
    }
    for body in ["OK", "[1] [2]", r#"{"response": [1]} x"#, "{'a': 1}"] {
        let expected = BodyError::NotJson {
            found: NotJson::Other,
        };
        assert_eq!(numbers(body).unwrap_err(), expected, "{body}");
        assert_eq!(number(body), Err(expected), "{body}");
    }
}

#[test]
fn the_endpoints_own_error_keeps_message_and_type_but_no_stack() {
    let failure = failure(
        r#"{"error": {"message": "Trigger is not available", "type": "System.ArgumentException",
            "stack": "   at ASC.Web.Api", "hresult": -2147024809}, "status": 1, "statusCode": 400}"#,
    );
    assert_eq!(failure.shape, ErrorShape::Handler);
    assert_eq!(message(&failure), Some("Trigger is not available"));
    let exception = failure.exception.as_ref().unwrap();
    assert_eq!(exception.as_str(), "System.ArgumentException");
    assert!(!format!("{failure:?}").contains("ASC.Web"));
}

#[test]
fn an_error_object_without_texts_is_still_the_endpoints_own() {
    let failure = failure(
        r#"{"error": {"message": null, "type": null, "stack": null, "hresult": 0}, "status": 1}"#,
    );
    assert_eq!(failure.shape, ErrorShape::Handler);
    assert_eq!(message(&failure), None);
    for body in [
        r#"{"error": "text"}"#,
        r#"{"error": null}"#,
        r#"{"error": []}"#,
    ] {
        assert_eq!(self::failure(body).shape, ErrorShape::Other, "{body}");
    }
}

#[test]
fn validation_errors_keep_every_field() {
    let body = r#"{"response": {"type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": "One or more validation errors occurred.", "status": 400,
        "errors": {"Name": ["The Name field is required."], "$.triggers": ["first", "second"], "inDto": []},
        "traceId": "00-1"}, "count": 1, "status": 1, "statusCode": 400}"#;
    let failure = failure(body);
    assert_eq!(failure.shape, ErrorShape::Validation);
    assert_eq!(
        message(&failure),
        Some("One or more validation errors occurred.")
    );
    let fields: Vec<(&str, usize)> = failure
        .validation
        .iter()
        .map(|(field, messages)| (field.as_str(), messages.len()))
        .collect();
    assert_eq!(fields, [("$.triggers", 2), ("Name", 1), ("inDto", 0)]);
    let bare = self::failure(r#"{"title": "t", "errors": {"Name": "x"}}"#);
    assert_eq!(bare.shape, ErrorShape::Validation);
    assert_eq!(bare.validation["Name"].len(), 1);
}

#[test]
fn problem_details_are_recognized_bare_wrapped_and_without_title() {
    let bare = failure(r#"{"type": "t", "title": "Not Found", "status": 404, "traceId": "00-1"}"#);
    assert_eq!(bare.shape, ErrorShape::Problem);
    assert_eq!(message(&bare), Some("Not Found"));
    let wrapped =
        failure(r#"{"response": {"title": "Unsupported Media Type"}, "statusCode": 200}"#);
    assert_eq!(wrapped.shape, ErrorShape::Problem);
    let untitled = failure(r#"{"status": 402, "traceId": "00-1"}"#);
    assert_eq!(untitled.shape, ErrorShape::Problem);
    assert_eq!(message(&untitled), None);
}

#[test]
fn other_bodies_have_a_shape_and_at_most_a_sentence() {
    for (body, shape, text) in [
        ("", ErrorShape::Empty, None),
        (" \r\n", ErrorShape::Empty, None),
        (
            "<html><body>502 hunter2</body></html>",
            ErrorShape::Html,
            None,
        ),
        (
            "The access to the portal is restricted",
            ErrorShape::Text,
            Some("The access to the portal is restricted"),
        ),
        (
            "\"The access to the portal is restricted\"",
            ErrorShape::Text,
            Some("The access to the portal is restricted"),
        ),
        ("{\"error\": {\"message\": \"cut", ErrorShape::Other, None),
        ("{}", ErrorShape::Other, None),
        ("[]", ErrorShape::Other, None),
        ("5", ErrorShape::Other, None),
    ] {
        let failure = failure(body);
        assert_eq!(failure.shape, shape, "{body:?}");
        assert_eq!(message(&failure), text, "{body:?}");
        assert!(!format!("{failure:?}").contains("hunter2"));
    }
}

#[test]
fn every_text_of_an_error_is_cleaned_of_secrets() {
    let redactor = Redactor::new();
    redactor.add(&SecretString::from("S3cretKey-42"));
    for body in [
        r#"{"error": {"message": "S3cretKey-42", "type": "S3cretKey-42", "stack": "S3cretKey-42"}}"#,
        r#"{"response": {"title": "S3cretKey-42", "errors": {"S3cretKey-42": ["S3cretKey-42"], "b": "S3cretKey-42"}}}"#,
        r#"{"title": "S3cretKey-42"}"#,
        r#""S3cretKey-42""#,
        "S3cretKey-42",
    ] {
        let failure = status_failure(400, body.as_bytes(), Quoting::Cleaned(&redactor));
        let shown = format!("{failure:?} {failure}");
        assert!(!shown.contains("S3cretKey"), "{shown}");
        assert!(shown.contains("[redacted]"), "{shown}");
    }
}

#[test]
fn retry_after_is_read_as_seconds_and_as_date() {
    let now = httpdate::parse_http_date("Mon, 23 Nov 2026 12:00:00 GMT").unwrap();
    for (header, expected) in [
        ("0", Some(0)),
        (" 17 ", Some(17)),
        ("86400", Some(86_400)),
        ("18446744073709551615", Some(u64::MAX)),
        ("Mon, 23 Nov 2026 12:00:30 GMT", Some(30)),
        ("Mon, 23 Nov 2026 11:00:00 GMT", Some(0)),
        ("Monday, 23-Nov-26 12:00:05 GMT", Some(5)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("99999999999999999999999", None),
    ] {
        let expected = expected.map(Duration::from_secs);
        assert_eq!(retry_after(header, now), expected, "{header:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        reads_alike(&bytes, WebhookListItem::decode);
        drop(decode_value(&bytes, |node| node.text().map(str::to_owned)));
        let failure = status_failure(400, &bytes, Quoting::Cleaned(&Redactor::new()));
        prop_assert_eq!(failure.status, 400);
    }

    #[test]
    fn no_almost_valid_list_makes_a_decoder_panic(text in r#"[\[\]{}":,0-9a-z. ]{0,60}"#) {
        for body in [text.clone(), format!(r#"{{"response":[{text}]}}"#)] {
            reads_alike(body.as_bytes(), WebhookListItem::decode);
            let failure = status_failure(500, body.as_bytes(), Quoting::Cleaned(&Redactor::new()));
            prop_assert_eq!(failure.status, 500);
        }
    }
}

#[test]
fn an_answer_about_nothing_that_was_sent_is_quoted_only_in_documented_words() {
    let quoted = |body: &str| status_failure(403, body.as_bytes(), Quoting::Documented);
    for body in [
        r#"{"error":{"message":"not S3cretKey-42","type":"S3cretKey-42"}}"#,
        r#"{"response":{"title":"S3cretKey-42","errors":{"S3cretKey-42":["S3cretKey-42"]}}}"#,
        r#"{"title":"S3cretKey-42"}"#,
        r#""S3cretKey-42""#,
        "S3cretKey-42",
    ] {
        let failure = quoted(body);
        let shown = format!("{failure} {failure:?}");
        assert!(!shown.contains("S3cret"), "{shown}");
    }
    let denied = quoted(r#"{"error":{"message":"Access denied","type":"x"}}"#);
    assert_eq!(
        denied.to_string(),
        "the portal answered 403 (Forbidden): Access denied"
    );
    assert_eq!(denied.shape, ErrorShape::Handler);
}
