//! One list request for any number of readers (product §8).
//!
//! The portal cannot be asked for one webhook, so a plan of 300 webhooks would read the whole list 300 times. Here the
//! first reader fetches, the others wait for the same answer, and it serves all of them until 30 seconds after it was
//! requested. A mistake in this file can lose a webhook, so here is what it promises, and why it holds:
//!
//! **A reader never gets less than what the portal had already acknowledged to this process when it asked.** Every
//! write is announced ([`SharedList::begin_create`], [`SharedList::begin_write`]) and settled ([`WriteToken`]). An
//! answer in flight when a write was acknowledged may have been taken before or after that write; so the acknowledged
//! change is laid over it when it arrives, and over the list that is kept. Webhooks are rows: laying one row over an
//! answer is right whatever moment the rest of it shows.
//!
//! **What is not known is not served.** A write whose outcome is unknown (and a token that is dropped) bars everything
//! fetched before: readers who ask from then on get a list whose fetch *began* later. The same goes for a write that
//! overlapped in time with another one of the same webhook: only the portal knows which came last.
//!
//! **No reader starves.** There is at most one fetch in flight, numbered in order. A reader notes, when it asks, the
//! lowest number that will do (`wanted`); nothing later changes that. It waits for at most one fetch that is too old
//! for it and one that is not. Simply discarding answers that crossed a write would never serve a reader while ten
//! creates are always in flight.
//!
//! **Failures are not kept.** All who waited for a failed fetch get its error; the next reader fetches again.
//!
//! **A fetch belongs to all who wait for it.** One of them at a time drives it. A reader that has enough, or is
//! interrupted, leaves it to another; the last one ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::Instant;

use super::arrivals::Arrivals;
use super::row::Row;
use super::rows::Rows;
use super::snapshot::Snapshot;
use crate::api::http::client::Client;
use crate::api::http::error::Error;

/// How long a list serves after it was requested.
const EXPIRY: Duration = Duration::from_secs(30);

/// Where the list comes from.
pub trait ListSource<R: Row>: Send + Sync {
    /// Requests the whole list once.
    fn fetch(&self) -> impl Future<Output = Result<Rows<R>, Error>> + Send;

    /// Requests the whole list once, and may pass on what has arrived of it before it is complete.
    fn fetch_into(
        &self,
        arrivals: &Arrivals<R>,
    ) -> impl Future<Output = Result<Rows<R>, Error>> + Send {
        let _ = arrivals;
        self.fetch()
    }
}

/// A list as one process sees it, shared by all its operations.
#[derive(Debug)]
pub struct SharedList<R: Row, S = Client> {
    source: Arc<S>,
    state: Arc<Mutex<State<R>>>,
}

type Outcome<R> = Result<Arc<Snapshot<R>>, Error>;

/// A request for the list.
type Request<R> = Pin<Box<dyn Future<Output = Result<Rows<R>, Error>> + Send>>;

#[derive(Debug)]
struct State<R: Row> {
    /// The last successful list with all acknowledged changes since its fetch began.
    latest: Option<Arc<Snapshot<R>>>,
    /// When the fetch of the latest list began.
    asked_at: Instant,
    flight: Option<Flight<R>>,
    /// The number of the next fetch.
    next_fetch: u64,
    /// Fetches with lower numbers serve no new reader.
    floor: u64,
    baseline: Baseline<R>,
    writes: Writes<R>,
}

/// A fetch that is under way.
#[derive(Debug)]
struct Flight<R: Row> {
    number: u64,
    /// The list that it is to confirm, if any.
    confirms: Option<Arc<Snapshot<R>>>,
    /// What was acknowledged since it began.
    changes: BTreeMap<R::Id, Change<R>>,
    /// Its waiting readers share it.
    fetch: Weak<Fetch<R>>,
    /// Holds the final outcome; closed without one if all who waited are gone.
    outcome: watch::Receiver<Option<Outcome<R>>>,
}

#[derive(Debug, Clone)]
enum Change<R: Row> {
    Put(Box<R::Written>),
    Remove,
}

impl<R: Row> Change<R> {
    fn apply(self, id: R::Id, snapshot: &mut Snapshot<R>) {
        match self {
            Self::Put(written) => snapshot.put(*written),
            Self::Remove => snapshot.remove(id),
        }
    }
}

/// The list from before the first create.
#[derive(Debug)]
enum Baseline<R: Row> {
    /// No create has begun: it is the latest list.
    Open,
    Fixed(Option<Arc<Snapshot<R>>>),
}

/// The writes under way, as far as it takes to see which overlapped. Times are counted in events.
#[derive(Debug)]
struct Writes<R: Row> {
    clock: u64,
    /// When each write under way began.
    active: BTreeSet<u64>,
    /// When a webhook's last write ended that may have changed it, while a write is under way that began before.
    settled: BTreeMap<R::Id, u64>,
}

impl<R: Row> Writes<R> {
    fn begin(&mut self) -> u64 {
        self.clock += 1;
        self.active.insert(self.clock);
        self.clock
    }

    fn end(&mut self, began: u64) {
        self.active.remove(&began);
        match self.active.first() {
            Some(oldest) => self.settled.retain(|_, settled| *settled > *oldest),
            None => self.settled.clear(),
        }
    }

    /// Notes that a webhook may have changed; returns whether this overlapped another such write of it.
    fn settle(&mut self, began: u64, id: R::Id) -> bool {
        self.clock += 1;
        let earlier = self.settled.insert(id, self.clock);
        earlier.is_some_and(|settled| settled > began)
    }
}

/// What a reader does next.
enum Step<R: Row> {
    Take(Arc<Snapshot<R>>),
    /// Drive this fetch together with all who wait for it; it suffices.
    Join(Arc<Fetch<R>>),
    /// Wait for the end of this fetch, because there is one at a time.
    Await(watch::Receiver<Option<Outcome<R>>>),
}

impl<R: Row> State<R> {
    fn new() -> Self {
        Self {
            latest: None,
            asked_at: Instant::now(),
            flight: None,
            next_fetch: 1,
            floor: 1,
            baseline: Baseline::Open,
            writes: Writes {
                clock: 0,
                active: BTreeSet::new(),
                settled: BTreeMap::new(),
            },
        }
    }

    fn usable_latest(
        &mut self,
        wanted: u64,
        confirms: Option<&Arc<Snapshot<R>>>,
    ) -> Option<Arc<Snapshot<R>>> {
        let latest = self
            .latest
            .as_mut()
            .filter(|latest| latest.fetch >= wanted)
            .filter(|_| self.asked_at.elapsed() <= EXPIRY)?;
        // A list that was itself fetched to confirm needs no further confirmation.
        let earlier =
            confirms.filter(|given| given.fetch < latest.fetch && !latest.is_confirming());
        if let Some(earlier) = earlier {
            Arc::make_mut(latest).confirm(earlier);
        }
        Some(Arc::clone(latest))
    }

    fn apply(&mut self, id: R::Id, change: Change<R>) {
        if let Some(flight) = &mut self.flight {
            flight.changes.insert(id, change.clone());
        }
        if let Baseline::Fixed(Some(baseline)) = &mut self.baseline
            && baseline.contains(id)
        {
            change.clone().apply(id, Arc::make_mut(baseline));
        }
        if let Some(latest) = &mut self.latest {
            change.apply(id, Arc::make_mut(latest));
        }
    }

    fn bar_everything_fetched_so_far(&mut self) {
        self.floor = self.next_fetch;
    }
}

impl<R: Row, S: ListSource<R> + 'static> SharedList<R, S> {
    /// Creates an empty list over its source.
    pub fn new(source: S) -> Self {
        Self {
            source: Arc::new(source),
            state: Arc::new(Mutex::new(State::new())),
        }
    }

    /// Returns the list, fetching it if there is none or it was requested more than 30 seconds ago.
    ///
    /// # Errors
    ///
    /// The error of the one fetch this reader waited for or led.
    pub async fn read(&self) -> Result<Arc<Snapshot<R>>, Error> {
        let wanted = lock(&self.state).floor;
        self.get(wanted, None).await
    }

    /// Hands on every item of the list, as soon as it has arrived where the list must be fetched.
    ///
    /// The fetch is shared, like that of [`SharedList::read`]: others wait for it, and it is kept once it is complete.
    /// A reader that has enough earlier drops this; if no one else waits, nothing of it is kept.
    ///
    /// # Errors
    ///
    /// As for [`SharedList::read`]; what was already passed on is on the portal nevertheless.
    pub async fn read_into(&self, arrivals: &Arrivals<R>) -> Result<(), Error> {
        let wanted = lock(&self.state).floor;
        let list = self.get_by(wanted, None, Some(arrivals)).await?;
        // All of it if another reader has fetched it, otherwise what this process has created meanwhile.
        list.items().for_each(|item| arrivals.push(&item));
        Ok(())
    }

    /// Returns a list whose fetch began after the given one had arrived, to confirm that something is absent.
    ///
    /// All who confirm the same list share one fetch, and a list that was itself fetched to confirm needs no other one:
    /// however much is absent, it costs one more request.
    ///
    /// # Errors
    ///
    /// As for [`SharedList::read`].
    pub async fn confirm(&self, given: &Arc<Snapshot<R>>) -> Result<Arc<Snapshot<R>>, Error> {
        self.later(given, given.is_confirming()).await
    }

    /// Returns a list whose lack of a webhook proves that it is gone: the webhook is absent from an earlier list too.
    ///
    /// As for [`SharedList::confirm`], one more request serves for all webhooks that are absent from both lists. One
    /// that vanished only in the second list, because the portal's answers waver, costs another one.
    ///
    /// # Errors
    ///
    /// As for [`SharedList::read`].
    pub async fn confirm_absence(
        &self,
        given: &Arc<Snapshot<R>>,
        id: R::Id,
    ) -> Result<Arc<Snapshot<R>>, Error> {
        self.later(given, given.confirms_absence_of(id)).await
    }

    async fn later(&self, given: &Arc<Snapshot<R>>, is_enough: bool) -> Outcome<R> {
        let later = given.fetch + u64::from(!is_enough);
        let floor = lock(&self.state).floor;
        self.get(floor.max(later), Some(given)).await
    }

    /// Returns a list whose fetch begins after this call.
    ///
    /// # Errors
    ///
    /// As for [`SharedList::read`].
    pub async fn fresh(&self) -> Result<Arc<Snapshot<R>>, Error> {
        let wanted = lock(&self.state).next_fetch;
        self.get(wanted, None).await
    }

    async fn get(&self, wanted: u64, confirms: Option<&Arc<Snapshot<R>>>) -> Outcome<R> {
        self.get_by(wanted, confirms, None).await
    }

    async fn get_by(
        &self,
        wanted: u64,
        confirms: Option<&Arc<Snapshot<R>>>,
        arrivals: Option<&Arrivals<R>>,
    ) -> Outcome<R> {
        loop {
            match self.step(wanted, confirms, arrivals) {
                Step::Take(snapshot) => return Ok(snapshot),
                Step::Join(fetch) => return fetch.carry_on().await,
                Step::Await(outcome) => drop(arrival(outcome).await),
            }
        }
    }

    fn step(
        &self,
        wanted: u64,
        confirms: Option<&Arc<Snapshot<R>>>,
        arrivals: Option<&Arrivals<R>>,
    ) -> Step<R> {
        let mut state = lock(&self.state);
        if let Some(latest) = state.usable_latest(wanted, confirms) {
            return Step::Take(latest);
        }
        if let Some(flight) = &mut state.flight {
            if flight.number < wanted {
                return Step::Await(flight.outcome.clone());
            }
            // The last one who waited for it may be leaving right now.
            let Some(fetch) = flight.fetch.upgrade() else {
                return Step::Await(flight.outcome.clone());
            };
            if flight.confirms.is_none() {
                flight.confirms = confirms.cloned();
            }
            return Step::Join(fetch);
        }
        let number = state.next_fetch;
        state.next_fetch += 1;
        let (sender, outcome) = watch::channel(None);
        let fetch = Arc::new(Fetch {
            request: AsyncMutex::new(self.request(arrivals.cloned())),
            state: Arc::clone(&self.state),
            number,
            began: Instant::now(),
            sender,
        });
        state.flight = Some(Flight {
            number,
            confirms: confirms.cloned(),
            changes: BTreeMap::new(),
            fetch: Arc::downgrade(&fetch),
            outcome,
        });
        Step::Join(fetch)
    }

    fn request(&self, arrivals: Option<Arrivals<R>>) -> Request<R> {
        let source = Arc::clone(&self.source);
        Box::pin(async move {
            match arrivals {
                Some(arrivals) => source.fetch_into(&arrivals).await,
                None => source.fetch().await,
            }
        })
    }

    /// Announces a create, before its request is sent.
    pub fn begin_create(&self) -> WriteToken<R> {
        let mut state = lock(&self.state);
        if let Baseline::Open = state.baseline {
            state.baseline = Baseline::Fixed(state.latest.clone());
        }
        self.token(state.writes.begin(), None)
    }

    /// Announces an update, switch or removal of an item, before its request is sent.
    pub fn begin_write(&self, id: R::Id) -> WriteToken<R> {
        self.token(lock(&self.state).writes.begin(), Some(id))
    }

    fn token(&self, began: u64, id: Option<R::Id>) -> WriteToken<R> {
        WriteToken {
            state: Arc::clone(&self.state),
            began,
            id,
            settled: false,
        }
    }

    /// Returns whether a create has begun with a list before it: then [`SharedList::baseline`] is final.
    pub fn has_baseline(&self) -> bool {
        matches!(lock(&self.state).baseline, Baseline::Fixed(Some(_)))
    }

    /// Returns the last successful list that had arrived before the first create began, with this process's own
    /// changes to what is in it; `None` if there was none.
    ///
    /// What is not in it and has a greater id than [`Snapshot::max_id`] was created since (product §4.3).
    pub fn baseline(&self) -> Option<Arc<Snapshot<R>>> {
        let state = lock(&self.state);
        match &state.baseline {
            Baseline::Open => state.latest.clone(),
            Baseline::Fixed(baseline) => baseline.clone(),
        }
    }
}

/// Waits for the end of a fetch; `None` if it was abandoned.
async fn arrival<R: Row>(mut outcome: watch::Receiver<Option<Outcome<R>>>) -> Option<Outcome<R>> {
    let arrived = outcome.wait_for(Option::is_some).await.ok()?;
    arrived.clone()
}

fn lock<R: Row>(state: &Mutex<State<R>>) -> MutexGuard<'_, State<R>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The fetch in flight. Once nothing holds it any more, it ends without an outcome.
struct Fetch<R: Row> {
    /// The holder of the lock drives the request. It comes before `sender`: it is over before any waiter is told.
    request: AsyncMutex<Request<R>>,
    state: Arc<Mutex<State<R>>>,
    number: u64,
    began: Instant,
    sender: watch::Sender<Option<Outcome<R>>>,
}

impl<R: Row> Fetch<R> {
    /// Waits for the outcome, and drives the request while no other waiter does.
    async fn carry_on(&self) -> Outcome<R> {
        let carrying = async {
            let mut request = self.request.lock().await;
            // It may have ended while this one waited for its turn.
            if let Some(outcome) = self.sender.borrow().clone() {
                return outcome;
            }
            let fetched = request.as_mut().await;
            self.arrive(fetched)
        };
        tokio::select! {
            biased;
            Some(outcome) = arrival(self.sender.subscribe()) => outcome,
            outcome = carrying => outcome,
        }
    }

    /// Ends the flight, keeps its list with what was acknowledged meanwhile laid over it, and tells all waiters.
    fn arrive(&self, fetched: Result<Rows<R>, Error>) -> Outcome<R> {
        let outcome = match fetched.map(|rows| Snapshot::new(self.number, rows)) {
            Ok(snapshot) => Ok(self.keep(snapshot)),
            Err(error) => {
                lock(&self.state).flight = None;
                Err(error)
            }
        };
        self.sender.send_replace(Some(outcome.clone()));
        outcome
    }

    fn keep(&self, mut snapshot: Snapshot<R>) -> Arc<Snapshot<R>> {
        let mut state = lock(&self.state);
        if let Some(flight) = state.flight.take() {
            for (id, change) in flight.changes {
                change.apply(id, &mut snapshot);
            }
            if let Some(earlier) = flight.confirms {
                snapshot.confirm(&earlier);
            }
        }
        let snapshot = Arc::new(snapshot);
        state.latest = Some(Arc::clone(&snapshot));
        state.asked_at = self.began;
        snapshot
    }
}

impl<R: Row> Drop for Fetch<R> {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        // After this fetch has ended, the flight may be another one.
        state.flight.take_if(|flight| flight.number == self.number);
    }
}

/// A write that was announced but is not settled yet. Dropping it settles it as unknown.
#[derive(Debug)]
#[must_use = "a token that is dropped counts as a write of unknown outcome"]
pub struct WriteToken<R: Row> {
    state: Arc<Mutex<State<R>>>,
    began: u64,
    /// What it is about; `None` for a create.
    id: Option<R::Id>,
    settled: bool,
}

impl<R: Row> WriteToken<R> {
    /// The portal acknowledged a create.
    pub fn created(self, written: R::Written) {
        self.changed(R::id_of(&written), Change::Put(Box::new(written)));
    }

    /// The portal acknowledged an update or a switch.
    pub fn updated(self, written: R::Written) {
        self.changed(R::id_of(&written), Change::Put(Box::new(written)));
    }

    /// The portal acknowledged a removal, or that there is nothing to remove.
    pub fn deleted(self) {
        // A created object that was removed again has changed nothing that a reader could know of.
        if let Some(id) = self.id {
            self.changed(id, Change::Remove);
        }
    }

    /// The portal refused, or nothing was sent: the list is as it was.
    pub fn refused(mut self) {
        self.settled = true;
        lock(&self.state).writes.end(self.began);
    }

    /// It is unknown whether the change was made.
    pub fn unknown(self) {
        drop(self);
    }

    /// The request failed: settles it as unknown or refused, according to the error.
    pub fn failed(self, error: &Error) {
        if error.outcome_unknown() {
            self.unknown();
        } else {
            self.refused();
        }
    }

    fn changed(mut self, id: R::Id, change: Change<R>) {
        self.settled = true;
        let mut state = lock(&self.state);
        let overlapped = state.writes.settle(self.began, id);
        state.writes.end(self.began);
        if overlapped {
            state.bar_everything_fetched_so_far();
        } else {
            state.apply(id, change);
        }
    }
}

impl<R: Row> Drop for WriteToken<R> {
    fn drop(&mut self) {
        if !self.settled {
            let mut state = lock(&self.state);
            if let Some(id) = self.id {
                state.writes.settle(self.began, id);
            }
            state.writes.end(self.began);
            state.bar_everything_fetched_so_far();
        }
    }
}

#[cfg(test)]
mod tests;
