//! What goes in comes out, using little memory.

use super::*;
use crate::api::webhooks::samples::{id, item};
use crate::api::{Timestamp, TriggerMask, UserId, Webhook, WebhookListItem};

/// A webhook that has everything.
fn full(number: u32) -> WebhookListItem {
    let mut item = item(number, 1);
    item.status = -1;
    item.webhook = Webhook {
        triggers: Some(TriggerMask::from_wire(i64::MIN)),
        target_id: Some("7".into()),
        created_by: Some(UserId::new("4c65a238-ca50-4374-b904-0d51d4c1822b")),
        created_on: Some(Timestamp::new("2026-06-02T09:00:00.0000000+03:00")),
        last_failure_content: Some("caf\u{e9} \u{1f600}".into()),
        ..item.webhook
    };
    item
}

#[test]
fn what_goes_in_comes_out_by_ascending_id() {
    let all = [full(3), item(1, 2), full(2), item(4, 1)];
    let rows = Rows::from_iter(all.clone());
    let shown: Vec<WebhookListItem> = rows.all().collect();
    let [three, one, two, four] = all;
    assert_eq!(shown, [one, two.clone(), three, four]);
    assert_eq!(rows.get(id(2)), Some(two));
    assert_eq!((rows.len(), rows.get(id(5))), (4, None));
}

#[test]
fn the_last_row_of_an_id_counts_and_clones_part_ways() {
    let rows = Rows::from_iter([item(1, 1), item(1, 2), item(2, 1)]);
    let mut changed = rows.clone();
    changed.insert(&item(1, 3));
    changed.remove(id(2));
    assert_eq!(rows.get(id(1)), Some(item(1, 2)));
    assert_eq!(changed.get(id(1)), Some(item(1, 3)));
    assert_eq!((rows.len(), changed.len()), (2, 1));
    for (rows, version, found) in [
        (&rows, 2, 1),
        (&rows, 1, 0),
        (&changed, 3, 1),
        (&changed, 2, 0),
    ] {
        assert_eq!(rows.with_key(item(1, version).key()).count(), found);
    }
}

#[test]
fn a_row_may_be_longer_than_a_block() {
    let long = |number| {
        let mut row = item(number, 1);
        row.webhook.last_failure_content = Some("x".repeat(2 * BLOCK));
        row
    };
    let rows = Rows::from_iter([item(1, 1), long(2), item(3, 1), long(4)]);
    assert_eq!(rows.get(id(2)), Some(long(2)));
    assert_eq!(rows.get(id(3)), Some(item(3, 1)));
    assert_eq!(rows.get(id(4)), Some(long(4)));
}

/// Many processes have to remember nothing but a list of thousands of other people's webhooks.
#[test]
fn a_webhook_takes_less_than_200_bytes() {
    let rows: Rows<WebhookListItem> = (1..=5_000).map(full).collect();
    let bytes: usize = rows.blocks.iter().map(|block| block.capacity()).sum();
    assert!(bytes < 5_000 * 200, "{bytes}");
}
