use super::*;
use crate::framework::diagnostics::Severity;
use crate::framework::value::Value;

const GUID: &str = "5d76b349-db61-4485-a15e-1e62e5d2933c";
const UPPER: &str = "5D76B349-DB61-4485-A15E-1E62E5D2933C";

fn object(target: &str, triggers: &[&str]) -> Object {
    let triggers = Value::set(triggers.iter().map(|&name| Value::from(name)));
    Object::default()
        .with(TARGET_ID, target)
        .with(TRIGGERS, triggers)
}

fn said(prior: Option<&Object>, planned: &Object) -> Vec<(Severity, String)> {
    let mut diagnostics = Diagnostics::new();
    check(prior, planned, &mut diagnostics);
    let said = diagnostics.into_iter();
    said.map(|said| (said.severity, said.summary)).collect()
}

#[test]
fn capital_letters_are_an_error_until_they_are_in_the_state() {
    let upper = object(UPPER, &["UserUpdated"]);
    let summary = "target_id has capital letters".to_owned();
    assert_eq!(said(None, &upper), [(Severity::Error, summary.clone())]);
    let lower = object(GUID, &["UserUpdated"]);
    assert_eq!(
        said(Some(&lower), &upper),
        [(Severity::Error, summary.clone())]
    );
    assert_eq!(said(Some(&upper), &upper), [(Severity::Warning, summary)]);
    assert_eq!(said(Some(&upper), &lower), []);
}

#[test]
fn a_target_that_nothing_has_for_an_id_is_warned_of() {
    for (target, is_nothing) in [
        ("files-system", true),
        ("17 ", true),
        ("017", true),
        ("17", false),
        ("sbox-17", false),
        (GUID, false),
    ] {
        let said = said(None, &object(target, &["All"]));
        assert_eq!(!said.is_empty(), is_nothing, "{target:?}: {said:?}");
    }
}

#[test]
fn what_never_fires_is_warned_of() {
    let misfit = "No trigger fits the target_id";
    let born = "No trigger can be about the target_id";
    for (target, triggers, summary) in [
        (GUID, &["room.updated", "FileMoved"][..], Some(misfit)),
        (GUID, &["FormSubmit", "UserUpdated"], None),
        (GUID, &["GroupDeleted"], None),
        ("17", &["UserUpdated", "GroupUpdated"], Some(misfit)),
        ("17", &["RoomUpdated", "UserUpdated"], None),
        ("17", &["RoomCreated", "RoomCopied"], Some(born)),
        (GUID, &["UserCreated"], Some(born)),
        ("17", &["FileCreated", "FileMoved"], None),
        ("17", &["All"], None),
        // It is not known what agents and future triggers are about.
        (GUID, &["AgentUpdated"], None),
        ("17", &["1099511627776"], None),
        ("17", &["MoonLanded"], None),
        ("sbox-17", &["UserUpdated"], None),
    ] {
        let said = said(None, &object(target, triggers));
        let expected = summary.map(|summary| (Severity::Warning, summary.to_owned()));
        assert_eq!(
            said,
            expected.into_iter().collect::<Vec<_>>(),
            "{triggers:?}"
        );
    }
}
