//! The resource `docspace_webhook`, through the plugin host and against an emulated portal.
//!
//! | module | about | asks |
//! | --- | --- | --- |
//! | `validation`, `provider_block` | product §4, §3 | which configurations are refused, and in which words |
//! | `lifecycle`, `import`, `clients` | product §4.3, §4.5, §2 | what an ordinary life looks like, with every client |
//! | `planning`, `triggers`, `name_conflict` | product §4.6, §4.1, §4.3 | what a plan promises, asks and warns of |
//! | `secrets` | product §4.2 | when a secret is sent, what is stored, what leaks |
//! | `absence`, `upgrade`, `strangers` | product §4.4 | what a state is worth when the portal or the disk says otherwise |
//! | `faults`, `interrupt` | product §9 | what is left after anything went wrong |
//! | `foreign_portals` | product §4.6, §2 | which portal will do, and which server is none |
//! | `budget` | product §8 | how many requests it takes |
//!
//! [`portal`](crate::portal) has the portal to test against.

mod absence;
mod budget;
mod clients;
mod faults;
mod foreign_portals;
mod import;
mod interrupt;
mod lifecycle;
mod name_conflict;
mod planning;
mod provider_block;
mod secrets;
mod strangers;
mod triggers;
mod upgrade;
mod validation;

pub use self::faults::fault;
pub use crate::portal::{Portal, on, webhook, with};
