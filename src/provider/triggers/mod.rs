//! What all code about triggers shares: how configurations spell them, and the mask that the portal stores (product
//! §4.1, ADR 0003).
//!
//! | module | holds |
//! | --- | --- |
//! | `spelling` | one trigger as a text |
//! | `set` | a set of them, and what can be wrong with it |
//! | `resolver` | from spellings to a mask and back |
//! | `argument` | the argument `trigger` of filters |
//! | `unknown` | the message about an unknown trigger |

mod argument;
mod resolver;
mod set;
mod spelling;
mod unknown;

pub(super) use self::argument::{TRIGGER, check_trigger, resolve_trigger};
pub(super) use self::resolver::{KnownBits, TriggerResolver, resolve, spell};
pub(super) use self::set::{Fault, MAX_TRIGGERS, TriggerSet};
pub(super) use self::spelling::{ALL, nearest};
pub(super) use self::unknown::{Unknown, trigger_names, unknown};
