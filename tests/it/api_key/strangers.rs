//! Keys of another portal, and of one that was restored or set up anew: no other key is touched than the one in the state.

use std::time::Duration;

use docspace_emulator::{Credential, OWNER_ID, Role, User};
use serde_json::json;

use super::{DELETE, POST, PUT, changed, key, only, settled};
use crate::commands::{Configuration, Planned, Workspace, one};
use crate::portal::Portal;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A portal that has a key of the same id, which is somebody else's.
async fn with_stranger() -> Portal {
    let portal = Portal::start().await;
    portal.emulator.add_credential(Credential {
        name: "Somebody's".to_owned(),
        ..Credential::api_key("sk-stranger", OWNER_ID)
    });
    portal
}

/// A plan of a change and one of a deletion.
async fn plans(directory: &mut Workspace) -> [Planned; 2] {
    let changed = directory.plan(&changed(json!({"name": "CD"}))).await;
    let doomed = directory.plan(&Configuration::new()).await;
    [changed, doomed]
}

fn writes(portal: &Portal) -> usize {
    let requests = portal.all_requests();
    let is_write = |request: &&String| [POST, PUT, DELETE].contains(&request.as_str());
    requests.iter().filter(is_write).count()
}

#[tokio::test]
async fn the_key_of_another_portal_is_not_touched() {
    let home = Portal::start().await;
    let there = with_stranger().await;
    let mut directory = settled(&home, &one(&key())).await;
    let plans = plans(&mut directory).await;
    assert_eq!(only(&home).id, only(&there).id, "ids repeat");
    directory.set("base_url", json!(there.emulator.base_url()));
    let mut reports = vec![
        directory.refresh().await,
        directory.plan(&one(&key())).await.report,
    ];
    for planned in plans {
        reports.push(directory.carry_out(planned).await);
    }
    for report in reports {
        let error = report.error("Key \"CI\" belongs to another portal");
        for portal in [&home, &there] {
            let address = portal.emulator.base_url();
            assert!(error.detail.contains(&address), "{address}: {error:?}");
        }
    }
    assert_eq!(writes(&there), 0);
    assert_eq!(only(&there).credential.name, "Somebody's");
    assert_eq!(directory.state.len(), 1);
}

#[tokio::test]
async fn an_absence_elsewhere_is_no_deletion() {
    let home = Portal::start().await;
    let there = Portal::start().await;
    let mut directory = settled(&home, &one(&key())).await;
    let plans = plans(&mut directory).await;
    directory.set("base_url", json!(there.emulator.base_url()));
    let mut reports = vec![directory.refresh().await];
    for planned in plans {
        reports.push(directory.carry_out(planned).await);
    }
    for report in reports {
        report.error("Key \"CI\" belongs to another portal");
    }
    assert_eq!(writes(&there), 0);
    assert_eq!(directory.state.len(), 1);
}

#[tokio::test]
async fn the_key_of_a_portal_that_was_set_up_anew_is_not_touched() {
    for change in ["date", "creator"] {
        let portal = Portal::start().await;
        let user = User::new("00000000-0000-0000-0000-000000000007", Role::Admin);
        portal.emulator.put_user(user.clone());
        let mut directory = settled(&portal, &one(&key())).await;
        let plans = plans(&mut directory).await;
        let id = only(&portal).id;
        if change == "date" {
            portal.emulator.age_api_key(&id, DAY * 2);
        } else {
            let by = user.id.clone();
            portal.emulator.change_api_key(&id, |key| key.user_id = by);
        }
        portal.take();
        let mut reports = vec![directory.refresh().await];
        for planned in plans {
            reports.push(directory.carry_out(planned).await);
        }
        for report in reports {
            report.error("Key \"CI\" is not the one on the portal");
        }
        assert_eq!(writes(&portal), 0, "{change}");
        assert_eq!(directory.state.len(), 1);
    }
}

#[tokio::test]
async fn a_portal_that_moved_is_recognized() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    let private = |origin: &str| {
        let state = directory.it();
        let mut private: serde_json::Value = serde_json::from_slice(&state.private).unwrap();
        private["at"] = json!(origin);
        private.to_string().into_bytes()
    };
    let moved = private("https://old.example.com");
    directory.state.get_mut("it").unwrap().private = moved;
    directory.plan(&one(&key())).await.empty();
    directory
        .apply(&changed(json!({"name": "CD"})))
        .await
        .quiet();
    let private = String::from_utf8(directory.it().private.clone()).unwrap();
    assert!(private.contains(&portal.emulator.base_url()), "{private}");
}

/// Where nothing is remembered, as after a taint, the name is the proof.
#[tokio::test]
async fn without_a_memory_the_name_decides() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    let stored = directory.it().clone();
    directory.state.get_mut("it").unwrap().private.clear();
    directory.refresh().await.quiet();
    assert_eq!(directory.it().private, stored.private, "learned again");

    directory.state.get_mut("it").unwrap().private.clear();
    portal
        .emulator
        .change_api_key(&only(&portal).id, |key| key.name = "Another".to_owned());
    let report = directory.refresh().await;
    report.error("Key \"CI\" is not the one on the portal");
    let planned = directory.plan(&Configuration::new()).await;
    assert!(planned.report.has_errors());
}

#[tokio::test]
async fn a_tainted_key_is_replaced_by_its_name() {
    let portal = Portal::start().await;
    let mut directory = settled(&portal, &one(&key())).await;
    let old = only(&portal).id;
    directory.taint("it");
    directory.apply(&one(&key())).await.quiet();
    assert_ne!(only(&portal).id, old);
    directory.plan(&one(&key())).await.empty();
}
