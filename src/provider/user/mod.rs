//! People of the portal, who are looked up but never created: that would send them mail (IH §8).
//!
//! | module | holds |
//! | --- | --- |
//! | `model` | what is told of a person |
//! | `one` | one person, by id or by address |
//! | `many`, `filter` | all people, and choosing among them |
//! | `refusal` | what the portal means by an error status |

mod filter;
mod many;
mod model;
mod one;
mod refusal;

use self::many::Users;
use self::one::User;
use self::refusal::UserRefusals;
use super::diagnose::Refusals;
use super::portal::Portal;
use crate::framework::provider::Offer;

/// What the endpoints of people mean by an error status.
pub(super) const REFUSALS: &dyn Refusals = &UserRefusals;

/// Returns everything about people.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default().data_source(User).data_source(Users)
}
