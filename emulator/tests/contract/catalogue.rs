use serde_json::{Value, json};

use crate::portal::WEBHOOK;
use crate::survey::Need;
use crate::targets::on_portal;

const TRIGGERS: &str = "settings/webhook/triggers";

/// Names and bits of API §5.2 in display order, the 28 of 3.1 first in numbers.
const TABLE: [(&str, i64); 37] = [
    ("*", 0),
    ("user.created", 1),
    ("user.invited", 2),
    ("user.updated", 4),
    ("user.deleted", 8),
    ("group.created", 16),
    ("group.updated", 32),
    ("group.deleted", 64),
    ("file.created", 128),
    ("file.uploaded", 256),
    ("file.updated", 512),
    ("file.trashed", 1024),
    ("file.deleted", 2048),
    ("file.restored", 4096),
    ("file.copied", 8192),
    ("file.moved", 16384),
    ("file.downloaded", 17_179_869_184),
    ("folder.created", 32768),
    ("folder.updated", 65536),
    ("folder.trashed", 131_072),
    ("folder.deleted", 262_144),
    ("folder.restored", 524_288),
    ("folder.copied", 1_048_576),
    ("folder.moved", 2_097_152),
    ("folder.downloaded", 34_359_738_368),
    ("room.created", 4_194_304),
    ("room.updated", 8_388_608),
    ("room.archived", 16_777_216),
    ("room.deleted", 33_554_432),
    ("room.restored", 67_108_864),
    ("room.copied", 134_217_728),
    ("form.submit", 268_435_456),
    ("form.filled.out", 536_870_912),
    ("form.stopped", 1_073_741_824),
    ("agent.created", 2_147_483_648),
    ("agent.updated", 4_294_967_296),
    ("agent.deleted", 8_589_934_592),
];

#[tokio::test]
async fn since_3_7_the_catalogue_is_an_array_in_display_order() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 7)) {
            return;
        }
        let listed = portal.get(TRIGGERS).await.response();
        let expected: Vec<Value> = TABLE
            .iter()
            .map(|(name, id)| json!({"name": name, "id": id, "available": true}))
            .collect();
        assert_eq!(listed, Value::from(expected));
    })
    .await;
}

#[tokio::test]
async fn the_count_of_the_catalogue_is_its_length_inferred() {
    on_portal(|portal| async move {
        if portal.has(Need::Guess) && portal.has(Need::Since(3, 7)) {
            assert_eq!(portal.get(TRIGGERS).await.json()["count"], 37);
        }
    })
    .await;
}

#[tokio::test]
async fn before_3_7_the_catalogue_is_an_object() {
    on_portal(|portal| async move {
        let catalogue = portal.get(TRIGGERS).await.response();
        if let Value::Object(names) = catalogue {
            assert_eq!(names.len(), 29);
            for (name, id) in TABLE.iter().filter(|(_, id)| *id < 1 << 28) {
                assert_eq!(names[*name], *id);
            }
        }
    })
    .await;
}

/// 28 triggers fit into 32 bits, and any sum of them is a mask.
#[tokio::test]
async fn masks_of_28_bits_are_stored_as_they_are() {
    on_portal(|portal| async move {
        for (label, mask) in [("none", 0), ("two", 384), ("all", (1 << 28) - 1)] {
            let body = portal.body_with(label, "triggers", json!(mask));
            assert_eq!(portal.create(&body).await["triggers"], mask);
        }
    })
    .await;
}

/// O20.
#[tokio::test]
async fn every_mask_is_stored_as_it_is() {
    on_portal(|portal| async move {
        if !portal.has(Need::Since(3, 7)) {
            return;
        }
        let masks: [i64; 5] = [(1 << 36) - 1, 1 << 40, (1 << 53) + 1, i64::MAX, -1];
        for (index, mask) in masks.into_iter().enumerate() {
            let body = portal.body_with(&index.to_string(), "triggers", json!(mask));
            let created = portal.create(&body).await;
            assert_eq!(created["triggers"], mask);
            let item = portal.item(&created["id"]).await.unwrap();
            assert_eq!(item["configs"]["triggers"], mask);
        }
    })
    .await;
}

#[tokio::test]
async fn names_and_other_types_are_refused() {
    on_portal(|portal| async move {
        for wrong in [
            r#""FileUploaded""#,
            r#""file.uploaded""#,
            r#""256""#,
            r#""FileCreated,FileUploaded""#,
            "null",
            "true",
            "[256]",
            r#"{"value":256}"#,
            "1.5",
            "9223372036854775808",
        ] {
            let text = portal.body("a").to_string();
            let text = text.replace(r#""triggers":384"#, &format!(r#""triggers":{wrong}"#));
            let error = portal.post_text(&text).await.validation_error("$.triggers");
            let expected = "The JSON value could not be converted to ASC.Webhooks.Core.WebhookTrigger. Path: $.triggers | LineNumber: 0 | BytePositionInLine: ";
            assert!(error.starts_with(expected), "{wrong}: {error}");
        }
        assert!(portal.mine().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_position_of_a_wrong_trigger_is_its_end_inferred() {
    on_portal(|portal| async move {
        if !portal.has(Need::Guess) {
            return;
        }
        let text = "{\n  \"triggers\": \"FileUploaded\"\n}";
        let error = portal.post_text(text).await.validation_error("$.triggers");
        assert!(
            error.ends_with("LineNumber: 1 | BytePositionInLine: 28."),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_tutorials_request_is_refused() {
    on_portal(|portal| async move {
        let body = json!({
            "name": portal.name("tutorial"),
            "uri": portal.uri("tutorial"),
            "enabled": true,
            "ssl": portal.is_https(),
            "triggers": "FileUploaded",
            "secretKey": "my-secret",
            "targetId": "files-system",
        });
        portal
            .post(WEBHOOK, &body)
            .await
            .validation_error("$.triggers");
        let numeric = {
            let mut body = body;
            body["triggers"] = json!(256);
            body
        };
        assert_eq!(portal.create(&numeric).await["triggers"], 256);
    })
    .await;
}
