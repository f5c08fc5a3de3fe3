use docspace_emulator::NewWebhook;

use crate::client::{WEBHOOKS, start_offline, webhook};

#[tokio::test]
async fn five_thousand_webhooks_are_listed_completely_and_in_order() {
    let (emulator, client) = start_offline().await;
    for index in 0..5000 {
        emulator.create_webhook(NewWebhook {
            name: format!("hook {index}"),
            ..NewWebhook::default()
        });
    }
    let list = client.get(WEBHOOKS).await.json();
    let items = list["response"].as_array().unwrap();
    assert_eq!(items.len(), 5000);
    for (index, item) in items.iter().enumerate() {
        assert_eq!(item["configs"]["id"], index + 1);
    }
}

#[tokio::test]
async fn a_list_taken_amid_writes_is_consistent() {
    let (_emulator, client) = start_offline().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..4 {
        let client = client.clone();
        writers.spawn(async move {
            for index in 0..25 {
                let reply = client
                    .post(WEBHOOKS, &webhook(&format!("{writer}-{index}")))
                    .await;
                assert_eq!(reply.status, 200);
            }
        });
    }
    let mut seen = 0;
    while seen < 100 {
        let list = client.get(WEBHOOKS).await.json();
        let items = list["response"].as_array().unwrap();
        let ids: Vec<i64> = items
            .iter()
            .map(|item| item["configs"]["id"].as_i64().unwrap())
            .collect();
        let expected: Vec<i64> = (1..=i64::try_from(ids.len()).unwrap()).collect();
        assert_eq!(ids, expected);
        assert!(ids.len() >= seen, "a webhook vanished");
        seen = ids.len();
    }
    writers.join_all().await;
}
