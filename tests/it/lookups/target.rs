use serde_json::{Value, json};

use super::{ROOM, ROOMS, portal};
use crate::host::Host;
use crate::portal::{WEBHOOK, webhook, with};

const WARNING: &str = "A webhook on a room gets no events of its contents";

/// Whether this is warned of when a webhook on this target is planned.
async fn is_warned(host: &Host, target: &str, triggers: Value) -> bool {
    let config = with(
        &webhook(),
        json!({"target_id": target, "triggers": triggers}),
    );
    let said = host.plan_create(WEBHOOK, config).await.diagnostics;
    said.iter()
        .any(|said| said.summary == WARNING && said.path == "target_id")
}

#[tokio::test]
async fn a_room_that_was_looked_up_is_told_apart_from_a_file_of_that_number() {
    let portal = portal().await;
    for (data_source, lookup) in [
        (ROOM, json!({"id": "1"})),
        (ROOM, json!({"title": "Design"})),
        (ROOMS, json!({"title_prefix": "Des"})),
    ] {
        let host = portal.host().await;
        let uploads = json!(["FileUploaded", "FolderCreated"]);
        assert!(!is_warned(&host, "1", uploads.clone()).await);
        host.read_data(data_source, lookup).await.quiet();
        for (target, triggers, expected) in [
            ("1", uploads, true),
            ("1", json!(["file.moved"]), true),
            // Room 2 was not asked about, so nobody knows what 2 is.
            ("2", json!(["FileMoved"]), false),
            ("1", json!(["FileMoved", "RoomUpdated"]), false),
            // A room with a new owner is an updated folder.
            ("1", json!(["FileMoved", "FolderUpdated"]), false),
            ("1", json!(["All"]), false),
            ("1", json!(["FileMoved", "FormSubmit"]), false),
        ] {
            let warned = is_warned(&host, target, triggers.clone()).await;
            assert_eq!(warned, expected, "{target} {triggers}");
        }
        host.stop().await;
    }
}

#[tokio::test]
async fn a_folder_is_not_noted_as_a_room() {
    let portal = portal().await;
    let host = portal.host().await;
    host.read_data(ROOM, json!({"id": "7"})).await.refused();
    assert!(!is_warned(&host, "7", json!(["FileMoved"])).await);
    host.stop().await;
}
