use super::*;
use crate::api::{Timestamp, UserId, WebhookId};

const HERE: &str = "https://portal.example.com";
const THERE: &str = "https://old.example.com";
/// The owner of every self-hosted portal.
const OWNER: &str = "66faa6e4-f133-11ea-b126-00ffeec8b4ef";

fn webhook(name: &str, uri: &str, creator: &str, created_on: &str) -> Webhook {
    Webhook {
        id: WebhookId::MIN,
        name: name.to_owned(),
        uri: uri.to_owned(),
        enabled: true,
        ssl: true,
        triggers: None,
        target_id: None,
        created_by: Some(UserId::new(creator)),
        created_on: Some(Timestamp::new(created_on)),
        is_first_changed_by_portal: false,
        modified_on: None,
        last_failure_on: None,
        last_failure_content: None,
        last_success_on: None,
    }
}

fn state() -> Object {
    Object::new()
        .with(NAME, "ci")
        .with(URI, "https://example.com/ci")
}

/// The webhook of the state as a list shows it, created at this time.
fn ours(created_on: &str) -> Webhook {
    webhook("ci", "https://example.com/ci", OWNER, created_on)
}

/// Another one of the same user.
fn strange(created_on: &str) -> Webhook {
    webhook("other", "https://example.com/other", OWNER, created_on)
}

fn remembered(origin: &str, created_on: &str) -> Provenance {
    Provenance::of(origin, &ours(created_on))
}

fn verdict(remembered: &Provenance, webhook: &Webhook) -> Result<(), Difference> {
    remembered.recognize(HERE, &state(), webhook).map(drop)
}

#[test]
fn a_renamed_webhook_of_this_portal_is_known_by_its_creator_and_date() {
    let remembered = remembered(HERE, "2026-11-29T07:04:02.974768+00:00");
    // Lists cut the fraction or round it up (API §16 O8, §4.4).
    for listed in ["2026-11-29T07:04:02+00:00", "2026-11-29T07:04:03+00:00"] {
        assert_eq!(verdict(&remembered, &strange(listed)), Ok(()), "{listed}");
    }
}

#[test]
fn a_change_of_the_zone_by_whole_quarter_hours_is_no_difference() {
    let remembered = remembered(HERE, "2026-11-29T07:04:02+00:00");
    for shifted in [
        "2026-11-29T07:19:02+00:00",
        "2026-11-29T12:34:02+00:00",
        "2026-11-28T05:04:02+00:00",
        "2026-11-30T09:04:03+00:00",
    ] {
        assert_eq!(verdict(&remembered, &ours(shifted)), Ok(()), "{shifted}");
    }
    for another in [
        "2026-11-29T07:04:04+00:00",
        "2026-11-29T07:12:02+00:00",
        "2026-11-30T09:19:02+00:00",
        "2025-11-29T07:04:02+00:00",
    ] {
        let verdict = verdict(&remembered, &ours(another));
        assert_eq!(verdict, Err(Difference::CreatedOn), "{another}");
    }
}

#[test]
fn another_creator_is_another_webhook_whatever_else_agrees() {
    let date = "2026-11-29T07:04:02+00:00";
    let foreign = webhook("ci", "https://example.com/ci", "5d76b349", date);
    for origin in [HERE, THERE] {
        let remembered = remembered(origin, date);
        assert_eq!(verdict(&remembered, &foreign), Err(Difference::Creator));
    }
    let landed: Provenance = serde_json::from_str(r#"{"created_by":"4c65"}"#).unwrap();
    assert_eq!(verdict(&landed, &ours(date)), Err(Difference::Creator));
}

#[test]
fn a_portal_that_moved_is_recognized_and_its_origin_learned() {
    let date = "2026-11-29T07:04:02+00:00";
    let remembered = remembered(THERE, date);
    let renamed = webhook("renamed", "https://example.com/ci", OWNER, date);
    for webhook in [ours(date), renamed] {
        let learned = remembered.recognize(HERE, &state(), &webhook).unwrap();
        assert_eq!(learned.origin.as_deref(), Some(HERE));
    }
    assert_eq!(verdict(&remembered, &strange(date)), Err(Difference::Name));
    // On another portal, a time zone does not excuse a difference.
    let shifted = ours("2026-11-29T08:04:02+00:00");
    assert_eq!(verdict(&remembered, &shifted), Err(Difference::CreatedOn));
}

#[test]
fn what_is_not_remembered_is_learned_where_name_or_uri_agrees() {
    let date = "2026-11-29T07:04:02+00:00";
    let landed: Provenance =
        serde_json::from_str(&format!(r#"{{"created_by":"{OWNER}"}}"#)).unwrap();
    for remembered in [landed, Provenance::default()] {
        let renamed = webhook("renamed", "https://example.com/ci", OWNER, date);
        let learned = remembered.recognize(HERE, &state(), &renamed).unwrap();
        assert_eq!(learned, Provenance::of(HERE, &ours(date)));
        let verdict = verdict(&remembered, &strange(date));
        assert_eq!(verdict, Err(Difference::Name));
    }
}

#[test]
fn an_import_learns_whatever_has_the_number() {
    let webhook = strange("2026-11-29T07:04:02+00:00");
    let learned = Provenance::default().recognize(HERE, &Object::new(), &webhook);
    assert_eq!(learned, Ok(Provenance::of(HERE, &webhook)));
}

#[test]
fn a_portal_without_dates_or_creators_is_held_to_name_or_uri() {
    let mut bare = strange("a while ago");
    bare.created_by = None;
    let remembered = remembered(HERE, "2026-11-29T07:04:02+00:00");
    assert_eq!(verdict(&remembered, &bare), Err(Difference::Name));
    bare.name = "ci".to_owned();
    // What is no longer shown stays remembered.
    assert_eq!(
        remembered.recognize(HERE, &state(), &bare),
        Ok(remembered.clone())
    );
}

#[test]
fn it_is_stored_in_few_bytes_and_read_back() {
    let remembered = remembered(HERE, "2026-11-29T07:04:02+00:00");
    let stored = serde_json::to_string(&remembered).unwrap();
    let expected = format!(r#"{{"at":"{HERE}","by":"{OWNER}","on":1795935842}}"#);
    assert_eq!(stored, expected);
    assert_eq!(
        serde_json::from_str::<Provenance>(&stored).unwrap(),
        remembered
    );
}
