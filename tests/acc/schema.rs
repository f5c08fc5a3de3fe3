//! What the CLI understands of the schema.

use serde_json::Value;

use crate::harness::Case;

/// Returns the provider's part of `providers schema -json`.
fn schema() -> Value {
    let case = Case::new();
    case.write("main.tf", "provider \"docspace\" {}\n");
    let run = case.run(&["providers", "schema", "-json"]).succeeds();
    let json: Value = serde_json::from_str(run.stdout()).unwrap();
    let providers = json["provider_schemas"].as_object().unwrap();
    let (_, schema) = providers
        .iter()
        .find(|(address, _)| address.ends_with("/onlyoffice/docspace"))
        .unwrap();
    schema.clone()
}

#[test]
fn the_secrets_are_sensitive_and_the_one_that_is_not_stored_is_write_only() {
    let schema = schema();
    let attributes = &schema["resource_schemas"]["docspace_webhook"]["block"]["attributes"];
    assert_eq!(attributes["secret_key"]["sensitive"], true);
    assert_eq!(attributes["secret_key"]["write_only"], Value::Null);
    assert_eq!(attributes["secret_key_wo"]["sensitive"], true);
    assert_eq!(attributes["secret_key_wo"]["write_only"], true);
    assert_eq!(
        schema["provider"]["block"]["attributes"]["api_key"]["sensitive"],
        true
    );
}

#[test]
fn every_attribute_has_a_description() {
    let schema = schema();
    let mut blocks = vec![("provider", &schema["provider"]["block"])];
    let kinds = schema.as_object().unwrap().iter();
    for (_, kind) in kinds.filter(|(name, _)| name.ends_with("_schemas")) {
        // An identity is attributes without a block around them.
        let offered = kind.as_object().unwrap().iter();
        let with_block = offered.filter(|(_, offered)| offered.get("block").is_some());
        blocks.extend(with_block.map(|(name, offered)| (name.as_str(), &offered["block"])));
    }
    assert!(blocks.iter().any(|(name, _)| *name == "docspace_webhook"));
    for (owner, block) in blocks {
        assert_ne!(block["description"], Value::Null, "{owner}");
        are_described(owner, &block["attributes"]);
    }
}

/// Demands a description of each attribute, and of those inside it.
#[track_caller]
fn are_described(owner: &str, attributes: &Value) {
    for (name, attribute) in attributes.as_object().unwrap() {
        let name = format!("{owner}.{name}");
        let description = attribute["description"].as_str().unwrap_or_default();
        assert!(description.ends_with('.'), "{name}: {description:?}");
        assert_eq!(attribute["description_kind"], "markdown", "{name}");
        if let Some(nested) = attribute.get("nested_type") {
            are_described(&name, &nested["attributes"]);
        }
    }
}

#[test]
fn the_attributes_are_those_of_the_product() {
    let schema = schema();
    let names = |block: &Value| -> Vec<String> {
        block["attributes"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(
        names(&schema["provider"]["block"]),
        [
            "allow_plain_http",
            "allowed_portals",
            "api_key",
            "base_url",
            "ca_certificate",
            "insecure_skip_tls_verify",
            "max_concurrent_writes",
            "max_retries",
            "request_timeout"
        ]
    );
    assert_eq!(
        names(&schema["resource_schemas"]["docspace_webhook"]["block"]),
        [
            "enabled",
            "id",
            "name",
            "secret_key",
            "secret_key_wo",
            "secret_key_wo_version",
            "ssl",
            "target_id",
            "triggers",
            "uri"
        ]
    );
}
