use crate::host::stderr::records;
use crate::host::wire::tfplugin6::get_provider_schema;
use crate::host::{Host, Launch};

#[tokio::test]
async fn every_line_is_a_record_the_host_can_read() {
    let host = Host::launch(Launch::as_host().log("TRACE")).await;
    let request = get_provider_schema::Request {};
    host.provider().get_provider_schema(request).await.unwrap();
    let records = host.stop().await;
    let end = records
        .iter()
        .find(|record| record.message == "the plugin ends");
    assert_eq!(end.unwrap().fields["end"], "Shutdown");
}

#[tokio::test]
async fn nothing_is_written_unless_it_is_asked_for() {
    let host = Host::start().await;
    assert_eq!(host.stop().await.len(), 0);
    let host = Host::launch(Launch::as_host().log("OFF")).await;
    assert_eq!(host.stop().await.len(), 0);
}

#[tokio::test]
async fn the_plugin_says_when_a_host_speaks_another_protocol() {
    let mut process = Launch::as_host()
        .env("PLUGIN_PROTOCOL_VERSIONS", "5")
        .log("WARN")
        .spawn();
    process.handshake().await;
    let stderr = process.stderr_with("plugin protocol 6").await;
    let [record] = records(&stderr).try_into().unwrap();
    assert_eq!(record.level, "warn");
    assert_eq!(record.fields["offered"], "5");
}
