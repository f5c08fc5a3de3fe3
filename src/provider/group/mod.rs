//! Groups of people, which are looked up (IH §7).
//!
//! | module | holds |
//! | --- | --- |
//! | `model` | what is told of a group |
//! | `one` | one group, by id or by name |
//! | `many` | all groups, and choosing among them |
//! | `refusal` | what the portal means by an error status |

mod many;
mod model;
mod one;
mod refusal;

use self::many::Groups;
use self::one::OneGroup;
use self::refusal::GroupRefusals;
use super::diagnose::Refusals;
use super::portal::Portal;
use crate::framework::provider::Offer;

/// What the endpoints of groups mean by an error status.
pub(super) const REFUSALS: &dyn Refusals = &GroupRefusals;

/// Returns everything about groups.
pub(super) fn offer() -> Offer<Portal> {
    Offer::default().data_source(OneGroup).data_source(Groups)
}
