//! One walk: one configured process, and so many resources at a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::host::Host;
use crate::host::stderr::Record;

/// A walk under way.
pub struct Walk {
    host: Arc<Host>,
    permits: Arc<Semaphore>,
}

impl Walk {
    pub fn new(host: Host, parallelism: usize) -> Self {
        Self {
            host: Arc::new(host),
            permits: Arc::new(Semaphore::new(parallelism)),
        }
    }

    /// Does the same for each resource, as many at a time as this walk may.
    pub async fn each<I, T, F>(
        &self,
        resources: impl IntoIterator<Item = (String, I)>,
        visit: impl Fn(Arc<Host>, I) -> F,
    ) -> BTreeMap<String, T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let mut visits = JoinSet::new();
        for (address, resource) in resources {
            let visit = visit(Arc::clone(&self.host), resource);
            let permits = Arc::clone(&self.permits);
            visits.spawn(async move {
                let _permit = permits.acquire_owned().await.unwrap();
                (address, visit.await)
            });
        }
        let mut results = BTreeMap::new();
        while let Some(visited) = visits.join_next().await {
            match visited {
                Ok((address, result)) => results.insert(address, result),
                // A broken rule fails the test with its own words.
                Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
            };
        }
        results
    }

    /// The most memory that the process had resident so far, in KiB, where the system tells.
    pub fn peak_memory(&self) -> Option<u32> {
        self.host.peak_memory()
    }

    /// Ends the process, and returns what it logged.
    pub async fn end(self) -> Vec<Record> {
        match Arc::into_inner(self.host) {
            Some(host) => host.stop().await,
            None => panic!("somebody still uses the process"),
        }
    }
}
