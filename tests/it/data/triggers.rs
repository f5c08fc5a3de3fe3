use docspace_emulator::{Config, Profile, Role, User};
use serde_json::{Value, json};

use super::{BUILD, CATALOG, Stage, success};

const NAME: &str = "docspace_webhook_triggers";

fn config() -> Value {
    json!({})
}

async fn portal_of(profile: Profile) -> Stage {
    let mut config = Config::offline();
    config.settings.profile = profile;
    Stage::with(config).await
}

fn row<'a>(read: &'a Value, name: &str) -> &'a Value {
    let rows = read["triggers"].as_array().unwrap();
    rows.iter().find(|row| row["name"] == name).unwrap()
}

#[tokio::test]
async fn the_catalog_is_told_in_the_portals_order() {
    let stage = Stage::new().await;
    let read = stage.read(NAME, config()).await.quiet();
    assert_eq!(read["triggers"].as_array().unwrap().len(), 37);
    assert_eq!(
        read["triggers"][0],
        json!({"name": "All", "dotted_name": "*", "bit": 0, "available": true})
    );
    assert_eq!(
        *row(&read, "FolderDownloaded"),
        json!({
            "name": "FolderDownloaded",
            "dotted_name": "folder.downloaded",
            "bit": 34_359_738_368_u64,
            "available": true,
        })
    );
    stage.end().await;
}

#[tokio::test]
async fn one_request_serves_every_reader() {
    let stage = Stage::new().await;
    let first = stage.read(NAME, config()).await.quiet();
    assert_eq!(stage.read(NAME, config()).await.quiet(), first);
    assert_eq!(stage.requests(), [CATALOG]);
    stage.end().await;
}

#[tokio::test]
async fn availability_is_that_of_the_callers_role() {
    let user = User::new("66faa6e4-f133-11ea-b126-00ffeec8b4ef", Role::User);
    let config_of = Config::offline().with_caller(user, "sk-user", &[]);
    let portal = docspace_emulator::Emulator::start(config_of).await.unwrap();
    let stage = Stage::as_caller(portal, "sk-user").await;
    let read = stage.read(NAME, config()).await.quiet();
    assert_eq!(row(&read, "RoomCreated")["available"], false);
    assert_eq!(row(&read, "FileUploaded")["available"], true);
    stage.end().await;
}

#[tokio::test]
async fn an_older_portal_has_fewer_triggers_and_allows_all() {
    let stage = portal_of(Profile::V3_6).await;
    let read = stage.read(NAME, config()).await.quiet();
    let rows = read["triggers"].as_array().unwrap();
    assert_eq!(rows.len(), 29);
    assert!(rows.iter().all(|row| row["available"] == true));
    assert_eq!(row(&read, "RoomCopied")["bit"], 134_217_728);
    stage.end().await;
}

#[tokio::test]
async fn a_portal_without_triggers_is_refused_by_its_version() {
    let stage = portal_of(Profile::V3_0).await;
    let error = stage.read(NAME, config()).await.refused_at("");
    assert!(error.text().contains("DocSpace 3.1 or later"), "{error:?}");
    assert!(error.text().contains("3.0.4"), "{error:?}");
    assert_eq!(stage.requests(), [CATALOG, BUILD]);
    stage.end().await;
}

#[tokio::test]
async fn a_trigger_of_a_future_portal_is_told_with_its_exact_bit() {
    let stage = Stage::new().await;
    let catalog = json!([{"name": "moon.landed.on", "id": i64::MIN, "available": true}]);
    stage.answer(CATALOG, 1, success(&catalog));
    let read = stage.read(NAME, config()).await.quiet();
    let bit = serde_json::from_str::<Value>("9223372036854775808").unwrap();
    assert_eq!(row(&read, "MoonLandedOn")["bit"], bit);
    stage.end().await;
}

#[tokio::test]
async fn a_failing_portal_is_an_error() {
    let stage = Stage::new().await;
    stage.fail_once(CATALOG);
    let error = stage.read(NAME, config()).await.refused_at("");
    assert!(
        error.is_titled("Could not read the portal's triggers"),
        "{error:?}"
    );
    assert_eq!(stage.requests(), [CATALOG]);
    stage.end().await;
}
