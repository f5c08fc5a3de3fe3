use super::*;
use crate::api::webhooks::samples::{id, item, webhook};

#[test]
fn webhooks_are_found_by_name_and_address_together() {
    let twin = |number| WebhookListItem {
        webhook: Webhook {
            uri: "https://receiver.example/1".into(),
            ..webhook(number, 1)
        },
        status: 0,
    };
    let mut snapshot = WebhookSnapshot::new(
        1,
        Rows::from_iter([twin(7), item(1, 1), item(2, 1), item(3, 2)]),
    );
    let found = |snapshot: &WebhookSnapshot, name, uri| -> Vec<u32> {
        snapshot
            .with_pair(name, uri)
            .map(|webhook| webhook.id.get())
            .collect()
    };
    let uri = "https://receiver.example/1";
    assert_eq!(found(&snapshot, "version 1", uri), [1, 7]);
    assert!(found(&snapshot, "version 2", uri).is_empty());
    snapshot.put(webhook(1, 2));
    assert_eq!(found(&snapshot, "version 1", uri), [7]);
    assert_eq!(found(&snapshot, "version 2", uri), [1]);
    snapshot.remove(id(7));
    assert!(found(&snapshot, "version 1", uri).is_empty());
    assert_eq!(snapshot.len(), 3);
    assert_eq!(snapshot.max_id(), Some(id(7)));
}

/// API §16 O4.
#[test]
fn webhooks_are_found_by_what_the_portal_takes_for_the_same() {
    let named = |number, name: &str, uri: &str| WebhookListItem {
        webhook: Webhook {
            name: name.into(),
            uri: uri.into(),
            ..webhook(number, 1)
        },
        status: 0,
    };
    let mut snapshot = WebhookSnapshot::new(
        1,
        Rows::from_iter([
            named(1, "cafe", "https://receiver.example/x"),
            named(2, "Caf\u{e9}", "https://receiver.example/X"),
            named(3, "cafe\u{301} ", "https://receiver.example/x"),
            named(4, "cafes", "https://receiver.example/x"),
            named(5, "cafe", "https://receiver.example/y"),
        ]),
    );
    let found = |snapshot: &WebhookSnapshot| -> Vec<u32> {
        snapshot
            .like_pair(PairKey::new("CAFE", "https://receiver.example/x"))
            .map(|webhook| webhook.id.get())
            .collect()
    };
    assert_eq!(found(&snapshot), [1, 2, 3]);
    snapshot.remove(id(2));
    assert_eq!(found(&snapshot), [1, 3]);
}
