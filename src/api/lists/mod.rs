//! One list request for any number of readers, whatever is listed.

pub(in crate::api) mod arrivals;
mod row;
mod rows;
mod shared_list;
mod snapshot;

pub use arrivals::Arrivals;
pub use row::{Row, RowId};
pub use rows::Rows;
pub use shared_list::{ListSource, SharedList, WriteToken};
pub use snapshot::Snapshot;
