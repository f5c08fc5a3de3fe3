//! Answers for the tests of explanations.

use crate::api::{Cause, ErrorShape, StatusFailure};

/// An error status.
pub(in crate::provider) fn answer(status: u16, shape: ErrorShape) -> StatusFailure {
    StatusFailure::new(status, shape)
}

/// The cause of an error with this status.
pub(in crate::provider) fn cause(failure: StatusFailure) -> Cause {
    Cause::Status(Box::new(failure))
}

/// Asserts which parts a text has, and which it does not.
#[track_caller]
pub(in crate::provider) fn has(text: &str, wanted: &[&str], unwanted: &[&str]) {
    for part in wanted {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
    for part in unwanted {
        assert!(!text.contains(part), "{part:?} is in {text:?}");
    }
}
