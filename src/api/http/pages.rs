//! Lists that come in pages (IH §2.3).

use std::collections::{BTreeMap, BTreeSet};

use super::client::{Call, Client};
use super::envelope::{BodyError, List};
use super::error::{Cause, Error};
use super::operation::Operation;

/// How many rows a page has, largest first. Where pages overlap, a row is missing at the end of one; pages of another
/// size end elsewhere.
const SIZES: [usize; 3] = [100, 99, 97];

/// What one pass through all pages found.
struct Walk {
    is_overlapping: bool,
    /// How many rows there are, if the portal tells.
    total: Option<u64>,
}

impl Client {
    /// Reads all pages of a list, each row once, in the order of the ids.
    ///
    /// Rows that are equal in the portal's order come in any order, so a row can be on two pages and another one on none:
    /// then the list is read again in pages of another size, until there are as many rows as the portal counts.
    pub(in crate::api) async fn all_pages<T, I: Ord + Clone>(
        &self,
        path: &'static str,
        query: &[(&'static str, String)],
        decode: impl Fn(&[u8]) -> Result<List<T>, BodyError>,
        id: impl Fn(&T) -> I,
    ) -> Result<Vec<T>, Error> {
        let mut found = BTreeMap::new();
        for size in SIZES {
            let walk = self
                .walk(&mut found, path, (query, size), (&decode, &id))
                .await?;
            let is_whole = |total| u64::try_from(found.len()).is_ok_and(|found| found >= total);
            if !walk.is_overlapping || walk.total.is_none_or(is_whole) {
                return Ok(found.into_values().collect());
            }
        }
        let cause = Cause::Decode {
            path: "total".to_owned(),
            expected: "the number of rows that came",
            found: "a greater one",
        };
        Err(Call::new(Operation::Read, "GET", path).error(cause))
    }

    async fn walk<T, I: Ord + Clone>(
        &self,
        found: &mut BTreeMap<I, T>,
        path: &'static str,
        (query, size): (&[(&'static str, String)], usize),
        (decode, id): (
            &impl Fn(&[u8]) -> Result<List<T>, BodyError>,
            &impl Fn(&T) -> I,
        ),
    ) -> Result<Walk, Error> {
        let mut seen = BTreeSet::new();
        let mut start = 0;
        let mut is_overlapping = false;
        loop {
            let mut query = query.to_vec();
            query.push(("count", size.to_string()));
            query.push(("startIndex", start.to_string()));
            let call = Call::new(Operation::Read, "GET", path).with_query(query);
            // Each page is a read, which would still be possible.
            if start > 0 && self.stop_signal().is_cancelled() {
                return Err(call.error(Cause::Stopped));
            }
            let page = self.call(call, decode).await?;
            let (before, rows) = (seen.len(), page.items.len());
            for row in page.items {
                seen.insert(id(&row));
                found.insert(id(&row), row);
            }
            start += rows;
            let fresh = seen.len() - before;
            is_overlapping |= fresh < rows;
            let is_end = |total| u64::try_from(start).is_ok_and(|start| start >= total);
            // A page may be short because of something in front of the portal; its total is the portal's own.
            let is_last = page.total.map_or(rows < size, is_end);
            if is_last || fresh == 0 {
                return Ok(Walk {
                    is_overlapping,
                    total: page.total,
                });
            }
        }
    }
}
