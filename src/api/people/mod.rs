//! Who is calling (API §3.3), and who else there is (IH §8).

mod current;
mod person;

pub use current::{CurrentUser, Role, UserId};
pub use person::Person;

/// Decodes an answer with every decoder of people.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    current::fuzzing(bytes);
    person::fuzzing(bytes);
}
