use crate::host::wire::tfplugin6::get_provider_schema;
use crate::host::{Host, Launch};

async fn is_served(host: &Host) {
    let request = get_provider_schema::Request {};
    host.provider().get_provider_schema(request).await.unwrap();
}

#[tokio::test]
async fn the_host_ends_the_process_by_its_word() {
    // Status 0, nothing on stdout, nothing left behind; and within two seconds, if the machine is not too busy.
    for _attempt in 0..5 {
        let host = Host::start().await;
        is_served(&host).await;
        if host.stops_in_time().await {
            return;
        }
    }
    panic!("Terraform would have killed it each time");
}

#[tokio::test]
async fn without_tls_life_is_the_same() {
    let host = Host::launch(Launch::without_tls()).await;
    is_served(&host).await;
    host.stop().await;
}

#[tokio::test]
async fn a_plugin_whose_host_is_gone_ends() {
    for launch in [Launch::as_host(), Launch::without_tls()] {
        let host = Host::launch(launch).await;
        is_served(&host).await;
        let exit = host.hang_up().exit().await;
        assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""));
    }
}

#[tokio::test]
async fn signals_of_the_terminal_do_not_end_a_child() {
    let mut host = Host::start().await;
    for signal in ["INT", "INT", "HUP"] {
        host.process().signal(signal).await;
        is_served(&host).await;
    }
    host.stop().await;
}

#[tokio::test]
async fn a_child_may_be_interrupted_before_its_host_has_connected() {
    let mut process = Launch::as_host().spawn();
    process.handshake().await;
    process.signal("INT").await;
    process.signal("TERM").await;
    // A signal that killed it would leave no status.
    assert_eq!(process.exit().await.code, Some(0));
}

#[tokio::test]
async fn a_child_that_does_nothing_ends_when_it_is_told_to() {
    let mut host = Host::start().await;
    is_served(&host).await;
    host.process().signal("TERM").await;
    let exit = host.hang_up().exit().await;
    assert_eq!((exit.code, exit.stderr.as_str()), (Some(0), ""));
}
