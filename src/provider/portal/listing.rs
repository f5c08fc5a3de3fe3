//! Lists that are only read, one of each kind for all who ask.

use std::sync::Arc;

use super::{LivePortal, Session};
use crate::api::{Client, Error, ListSource, Row, SharedList, Snapshot};

/// The one list of a kind.
#[derive(Debug)]
struct Listing<R: Row>(SharedList<R, Client>);

impl<R: Row> Session for Listing<R>
where
    Client: ListSource<R>,
{
    fn new(client: &Client) -> Self {
        Self(SharedList::new(client.clone()))
    }
}

impl LivePortal {
    /// Returns the list of a kind for reading: during an apply, one that was requested after this call, otherwise one
    /// that is at most 30 seconds old.
    pub(in crate::provider) async fn listed<R: Row>(&self) -> Result<Arc<Snapshot<R>>, Error>
    where
        Client: ListSource<R>,
    {
        let Listing(list) = self.session::<Listing<R>>();
        if self.is_applying() {
            list.fresh().await
        } else {
            list.read().await
        }
    }
}
