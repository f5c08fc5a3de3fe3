use std::slice::from_ref;

use serde_json::{Value, json};

use crate::host::Host;
use crate::host::value::{is_unknown, unknown};

/// Terraform calls functions in processes that it never configures.
async fn call(name: &str, arguments: &[Value]) -> Result<Value, (String, Option<i64>)> {
    let host = Host::start().await;
    let result = host.call_function(name, arguments).await;
    host.stop().await;
    result
}

fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn triggers_become_the_portals_number_and_back() {
    let names = json!(["FileCreated", "FileUploaded"]);
    let mask = call("triggers_encode", from_ref(&names)).await.unwrap();
    assert_eq!(mask, json!(384));
    assert_eq!(call("triggers_decode", &[mask]).await.unwrap(), names);
    assert_eq!(
        call("triggers_decode", &[json!(0)]).await.unwrap(),
        json!(["All"])
    );
}

#[tokio::test]
async fn the_highest_bit_survives_the_wire() {
    let names = json!(["9223372036854775808", "UserCreated"]);
    let mask = call("triggers_encode", from_ref(&names)).await.unwrap();
    assert_eq!(mask, number("9223372036854775809"));
    assert_eq!(call("triggers_decode", &[mask]).await.unwrap(), names);
}

#[tokio::test]
async fn bad_arguments_are_named_by_their_index() {
    let encode = call("triggers_encode", &[json!(["FileUploadd"])]).await;
    let (text, index) = encode.unwrap_err();
    assert!(text.contains("Did you mean \"FileUploaded\"?"), "{text}");
    assert_eq!(index, Some(0));

    let decode = call("triggers_decode", &[json!(-1)]).await;
    assert_eq!(decode.unwrap_err().1, Some(0));

    let sign = call("webhook_signature", &[json!("hunter2 "), json!("{}")]).await;
    let (text, index) = sign.unwrap_err();
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(index, Some(0));

    let null = call("webhook_signature", &[json!("hunter2"), json!(null)]).await;
    assert_eq!(null.unwrap_err().1, Some(1));
}

#[tokio::test]
async fn a_body_is_signed_as_the_portal_signs_it() {
    // RFC 4231, test case 2.
    let arguments = [json!("Jefe"), json!("what do ya want for nothing?")];
    assert_eq!(
        call("webhook_signature", &arguments).await.unwrap(),
        "sha256=5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843"
    );
}

#[tokio::test]
async fn what_is_unknown_has_an_unknown_result() {
    for (name, arguments) in [
        ("triggers_encode", vec![json!(["FileUploaded", unknown()])]),
        ("triggers_decode", vec![unknown()]),
        ("webhook_signature", vec![unknown(), json!("{}")]),
    ] {
        let result = call(name, &arguments).await.unwrap();
        assert!(is_unknown(&result), "{name}: {result}");
    }
}
