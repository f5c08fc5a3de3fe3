use docspace_emulator::{Config, Emulator};

use crate::client::{Client, WEBHOOKS, eventually, start_offline, webhook};

#[test]
fn a_test_without_a_runtime_gets_a_portal_too() {
    let emulator = Emulator::start_blocking(Config::offline()).unwrap();
    let url = emulator.base_url();
    let key = format!("Bearer {}", emulator.api_key());
    let client = Client::new(&url, Some(key));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        assert_eq!(client.post(WEBHOOKS, &webhook("a")).await.status, 200);
    });
    assert_eq!(emulator.webhooks()[0].name, "a");
    drop(emulator);
    let gone = runtime.block_on(client.send("GET", WEBHOOKS, None));
    assert_eq!(
        gone.unwrap_err().kind(),
        std::io::ErrorKind::ConnectionRefused
    );
}

#[tokio::test]
async fn dropping_the_handle_closes_both_ports() {
    let (emulator, client) = start_offline().await;
    let control = Client::control(&emulator);
    assert_eq!(control.get("/health").await.status, 200);
    drop(emulator);
    for client in [client, control] {
        let address = client.address().to_owned();
        eventually("the port is closed", || {
            std::net::TcpStream::connect(&address).is_err()
        })
        .await;
    }
}

#[tokio::test]
async fn a_shutdown_lets_a_running_request_finish() {
    let (emulator, client) = start_offline().await;
    emulator.change_settings(|settings| settings.latency_ms = 600_000);
    let running = {
        let client = client.clone();
        tokio::spawn(async move { client.post(WEBHOOKS, &webhook("a")).await })
    };
    eventually("the request has arrived", || {
        emulator.request_summary().in_flight == 1
    })
    .await;
    emulator.shutdown().await;
    assert_eq!(running.await.unwrap().status, 200);
}
