use serde_json::{Value, json};

use super::*;
use crate::api::http::json::Path;

fn root(value: &Value) -> Node<'_> {
    Node::new(value, Path::Root("response"))
}

#[test]
fn a_password_policy_is_read_whole() {
    let value = json!({"minLength": 12, "upperCase": true, "digits": false, "specSymbols": true,
        "allowedCharactersRegexStr": "[!-~]"});
    assert_eq!(
        PasswordPolicy::decode(&root(&value)).unwrap(),
        PasswordPolicy {
            min_length: 12,
            upper_case: true,
            digits: false,
            special: true
        }
    );
    for broken in [
        json!({}),
        json!({"minLength": -1}),
        json!({"minLength": 8, "digits": 1}),
    ] {
        assert!(PasswordPolicy::decode(&root(&broken)).is_err());
    }
}
