//! What a broken client, or a bug of ours, leads to. No practitioner should ever see these.

use serde_json::json;

use super::beside::of_function;
use super::page::Section;
use super::{TRIGGERS, WEBHOOK};
use crate::host::Host;
use crate::host::diagnostics::{self, Diagnostic};
use crate::host::wire::tfplugin6::{self as wire, DynamicValue};

pub async fn section() -> Section {
    let mut section = Section::new("Defects");
    let host = Host::start().await;
    let read = host.read_data(TRIGGERS, json!({})).await;
    section.add("A call comes before the configuration", read.diagnostics);
    section.add(
        "A type is asked for that does not exist",
        validate(&host, "docspace_room", &[0x80]).await,
    );
    section.add(
        "A value is not of its type",
        validate(&host, WEBHOOK, &[0xa1, b'x']).await,
    );
    for (when, name) in [
        ("A function is called that does not exist", "nothing"),
        (
            "A function is called with too few arguments",
            "triggers_decode",
        ),
    ] {
        let request = wire::call_function::Request {
            name: name.to_owned(),
            arguments: Vec::new(),
        };
        let answer = host.provider().call_function(request).await;
        let error = answer.unwrap().into_inner().error.unwrap();
        section.add(
            when,
            vec![of_function(name, &error.text, error.function_argument)],
        );
    }
    host.stop().await;
    section
}

async fn validate(host: &Host, name: &str, msgpack: &[u8]) -> Vec<Diagnostic> {
    let request = wire::validate_resource_config::Request {
        type_name: name.to_owned(),
        config: Some(DynamicValue {
            msgpack: msgpack.to_vec(),
            json: Vec::new(),
        }),
        client_capabilities: None,
    };
    let answer = host.provider().validate_resource_config(request).await;
    diagnostics::from_wire(answer.unwrap().into_inner().diagnostics)
}
