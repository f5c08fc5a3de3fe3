use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::net::UnixStream;
use tonic::transport::Channel;

use crate::host::transport::connect_with;
use crate::host::wire::plugin::Empty;
use crate::host::wire::plugin::grpc_controller_client::GrpcControllerClient;
use crate::host::wire::tfplugin6::get_provider_schema;
use crate::host::wire::tfplugin6::provider_client::ProviderClient;
use crate::host::{Launch, Process};

/// A plugin started for debugging, and the socket it names.
async fn debugging() -> (Process, PathBuf) {
    let mut process = Launch::by_hand().arg("--debug").spawn();
    let line = process.stdout_line().await;
    let value = line
        .trim()
        .strip_prefix("export TF_REATTACH_PROVIDERS='")
        .and_then(|value| value.strip_suffix('\''))
        .unwrap();
    process
        .stderr_with("DOCSPACE_BASE_URL, DOCSPACE_API_KEY")
        .await;
    let mut value: Value = serde_json::from_str(value).unwrap();
    let provider = &mut value["onlyoffice/docspace"];
    let socket = provider["Addr"]["String"].take();
    assert_eq!(
        *provider,
        json!({
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": process.pid(),
            "Test": true,
            "Addr": {"Network": "unix", "String": null},
        })
    );
    let socket = PathBuf::from(socket.as_str().unwrap());
    (process, socket)
}

async fn attach(socket: &Path) -> Channel {
    // A host first makes a connection that closes without a byte.
    drop(UnixStream::connect(socket).await.unwrap());
    connect_with(socket, None).await.unwrap()
}

async fn is_served(channel: &Channel) {
    let mut client = ProviderClient::new(channel.clone());
    let request = get_provider_schema::Request {};
    client.get_provider_schema(request).await.unwrap();
}

#[tokio::test]
async fn hosts_come_and_go_and_ctrl_c_ends_it() {
    let (process, socket) = debugging().await;
    for _ in 0..3 {
        let host = attach(&socket).await;
        is_served(&host).await;
        let mut controller = GrpcControllerClient::new(host.clone());
        controller.shutdown(Empty {}).await.unwrap();
        is_served(&host).await;
    }
    process.signal("INT").await;
    let exit = process.exit().await;
    assert_eq!((exit.code, exit.stdout.as_str()), (Some(0), ""));
    assert!(!socket.parent().unwrap().exists());
}

#[tokio::test]
async fn a_supervisor_ends_it_while_a_host_is_attached() {
    let (process, socket) = debugging().await;
    let host = attach(&socket).await;
    is_served(&host).await;
    process.signal("TERM").await;
    assert_eq!(process.exit().await.code, Some(0));
    assert!(!socket.exists());
}
