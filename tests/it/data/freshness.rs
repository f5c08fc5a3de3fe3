use docspace_emulator::WebhookPatch;
use serde_json::json;

use super::{LIST, Stage};
use crate::webhook::webhook;

const ONE: &str = "docspace_webhook";
const ALL: &str = "docspace_webhooks";

impl Stage {
    /// Switches a webhook off as a script would that runs beside the resources.
    fn switch_off(&self, id: &str) {
        let patch = WebhookPatch {
            enabled: Some(false),
            ..WebhookPatch::default()
        };
        self.portal.patch_webhook(id.parse().unwrap(), patch);
    }

    async fn is_enabled(&self, id: &str) -> bool {
        let read = self.read(ONE, json!({"id": id})).await.quiet();
        read["enabled"].as_bool().unwrap()
    }

    fn lists(&self) -> usize {
        let requests = self.requests();
        requests.iter().filter(|path| *path == LIST).count()
    }
}

#[tokio::test]
async fn a_plan_reads_one_list() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI", "https://ci.example.com/", 0);
    assert!(stage.is_enabled(&id).await);
    stage.switch_off(&id);
    assert!(stage.is_enabled(&id).await);
    assert_eq!(stage.lists(), 1);
    stage.end().await;
}

#[tokio::test]
async fn an_apply_reads_what_scripts_have_changed() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI", "https://ci.example.com/", 0);
    assert!(stage.is_enabled(&id).await);
    let plan = stage.host.plan(ONE, None, webhook()).await.quiet();
    stage.host.apply(&plan).await.quiet();
    stage.switch_off(&id);
    assert!(!stage.is_enabled(&id).await);
    stage.webhook("made by a script", "https://script.example.com/", 0);
    let all = stage.read(ALL, json!({})).await.quiet();
    assert_eq!(all["webhooks"].as_array().unwrap().len(), 3);
    stage.end().await;
}

/// Those that wait at the same time share a list.
#[tokio::test]
async fn many_reads_of_an_apply_share_lists() {
    let stage = Stage::new().await;
    let plan = stage.host.plan(ONE, None, webhook()).await.quiet();
    stage.host.apply(&plan).await.quiet();
    let before = stage.lists();
    stage
        .portal
        .change_settings(|settings| settings.latency_ms = 1_000);
    let read = || async { drop(stage.read(ALL, json!({})).await.quiet()) };
    tokio::join!(read(), read(), read(), read(), read());
    assert!(stage.lists() - before <= 2, "{}", stage.lists() - before);
    stage.end().await;
}

/// A change that fails tells of an apply as well as one that succeeds.
#[tokio::test]
async fn a_failed_change_counts() {
    let stage = Stage::new().await;
    let id = stage.webhook("CI", "https://ci.example.com/", 0);
    assert!(stage.is_enabled(&id).await);
    let plan = stage.host.plan(ONE, None, webhook()).await.quiet();
    stage
        .portal
        .add_fault(docspace_emulator::Fault::on("POST", LIST).respond(403, &[], ""))
        .unwrap();
    stage.host.apply(&plan).await.refused();
    stage.switch_off(&id);
    assert!(!stage.is_enabled(&id).await);
    stage.end().await;
}
