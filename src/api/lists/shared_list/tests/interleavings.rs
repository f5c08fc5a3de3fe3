//! Any order of events against a model portal, with futures that are polled by hand.
//!
//! The portal's list is not even taken at one moment: odd and even rows are read apart. After every event all readers
//! are polled; each one that ends is checked against what had been acknowledged when it asked.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

/// What this process knows for certain about a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Version(u32),
    Gone,
}

#[derive(Debug, Default)]
struct Fetch {
    began: u64,
    /// The versions of the rows read so far; odd and even rows are read at different times.
    rows: BTreeMap<u32, u32>,
    read: [bool; 2],
    answer: Option<Answer>,
    ended: bool,
}

#[derive(Debug, Default)]
struct Portal {
    clock: u64,
    rows: BTreeMap<u32, u32>,
    last_id: u32,
    last_version: u32,
    fetches: Vec<Fetch>,
}

impl Portal {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn fetch_under_way(&mut self) -> Option<&mut Fetch> {
        self.fetches.iter_mut().find(|fetch| !fetch.ended)
    }

    fn read_rows(&mut self, parity: usize) {
        let rows = self.rows.clone();
        let Some(fetch) = self.fetch_under_way() else {
            return;
        };
        if !std::mem::replace(&mut fetch.read[parity], true) {
            let half = rows
                .into_iter()
                .filter(|(id, _)| *id as usize % 2 == parity);
            fetch.rows.extend(half);
        }
    }

    fn answer(&mut self, succeed: bool) {
        self.read_rows(0);
        self.read_rows(1);
        let Some(fetch) = self.fetch_under_way() else {
            return;
        };
        let rows = fetch.rows.iter();
        fetch.answer = Some(if succeed {
            Ok(rows.map(|(id, version)| item(*id, *version)).collect())
        } else {
            Err(timeout())
        });
    }
}

#[derive(Clone, Default)]
struct Model(Arc<Mutex<Portal>>);

impl ListSource<WebhookListItem> for Model {
    async fn fetch(&self) -> Answer {
        struct Ended(Model, usize);
        impl Drop for Ended {
            fn drop(&mut self) {
                self.0.0.lock().unwrap().fetches[self.1].ended = true;
            }
        }
        let index = {
            let mut portal = self.0.lock().unwrap();
            assert!(portal.fetch_under_way().is_none(), "two fetches at once");
            let began = portal.tick();
            portal.fetches.push(Fetch {
                began,
                ..Fetch::default()
            });
            portal.fetches.len() - 1
        };
        let _ended = Ended(self.clone(), index);
        std::future::poll_fn(|_| {
            let answer = self.0.lock().unwrap().fetches[index].answer.take();
            answer.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Read,
    Fresh,
    Confirm,
}

struct Asking<'a> {
    kind: Kind,
    future: Pin<Box<dyn Future<Output = Outcome> + 'a>>,
    began: u64,
    known: BTreeMap<u32, Known>,
    last_unknown: u64,
    given: Option<Arc<Snapshot>>,
    /// Fetches that ended while it waited.
    waited_for: u32,
}

#[derive(Debug, Clone, Copy)]
enum Request {
    Create,
    Update(u32),
    Delete(u32),
}

struct Write {
    request: Request,
    token: Option<WriteToken>,
    /// What the portal did: the id and, unless it was removed, the version.
    done: Option<(u32, Option<u32>)>,
}

/// One run: the list under test, the model, and everything that is under way.
struct Run<'a> {
    list: &'a SharedList<Model>,
    portal: Arc<Mutex<Portal>>,
    readers: Vec<Asking<'a>>,
    writes: Vec<Write>,
    known: BTreeMap<u32, Known>,
    deletes_begun: BTreeSet<u32>,
    last_unknown: u64,
    /// A write of unknown outcome was carried out after it was given up, so a list may lack it.
    late: bool,
    last_snapshot: Option<Arc<Snapshot>>,
}

impl<'a> Run<'a> {
    fn new(list: &'a SharedList<Model>) -> Self {
        Self {
            list,
            portal: Arc::clone(&list.source.0),
            readers: Vec::new(),
            writes: Vec::new(),
            known: BTreeMap::new(),
            deletes_begun: BTreeSet::new(),
            last_unknown: 0,
            late: false,
            last_snapshot: None,
        }
    }

    fn event(&mut self, kind: u8, pick: usize) {
        match kind {
            0..=3 => self.ask(Kind::Read),
            4 => self.ask(Kind::Fresh),
            5 => self.ask(Kind::Confirm),
            6..=7 => self.portal.lock().unwrap().read_rows(pick % 2),
            8..=10 => self.end_fetch(true),
            11 => self.end_fetch(false),
            12 => self.abandon(pick),
            13..=14 => self.begin_write(Request::Create),
            15..=17 => self.begin_on_existing(pick, Request::Update),
            18 => self.begin_on_existing(pick, Request::Delete),
            19..=22 => self.carry_out(pick),
            23..=26 => self.acknowledge(pick),
            _ => self.lose(pick),
        }
        self.poll_readers();
    }

    fn ask(&mut self, kind: Kind) {
        let list = self.list;
        let given = self.last_snapshot.clone().filter(|_| kind == Kind::Confirm);
        let future: Pin<Box<dyn Future<Output = Outcome>>> = match (kind, given.clone()) {
            (Kind::Fresh, _) => Box::pin(list.fresh()),
            (Kind::Confirm, Some(given)) => Box::pin(async move { list.confirm(&given).await }),
            (Kind::Read | Kind::Confirm, _) => Box::pin(list.read()),
        };
        let began = self.portal.lock().unwrap().tick();
        self.readers.push(Asking {
            kind,
            future,
            began,
            known: self.known.clone(),
            last_unknown: self.last_unknown,
            given,
            waited_for: 0,
        });
    }

    fn end_fetch(&mut self, succeed: bool) {
        let mut portal = self.portal.lock().unwrap();
        if portal.fetch_under_way().is_some() {
            portal.answer(succeed);
            for reader in &mut self.readers {
                reader.waited_for += 1;
            }
        }
    }

    fn abandon(&mut self, pick: usize) {
        if !self.readers.is_empty() {
            self.readers.remove(pick % self.readers.len());
            // A fetch that is no longer wanted is begun again, which is not starvation.
            for reader in &mut self.readers {
                reader.waited_for = 0;
            }
        }
    }

    fn begin_write(&mut self, request: Request) {
        let token = match request {
            Request::Create => self.list.begin_create(),
            Request::Update(number) | Request::Delete(number) => self.list.begin_write(id(number)),
        };
        if let Request::Delete(id) = request {
            self.deletes_begun.insert(id);
        }
        self.writes.push(Write {
            request,
            token: Some(token),
            done: None,
        });
    }

    fn begin_on_existing(&mut self, pick: usize, request: impl Fn(u32) -> Request) {
        let last_id = self.portal.lock().unwrap().last_id as usize;
        if last_id > 0 {
            self.begin_write(request(u32::try_from(pick % last_id + 1).unwrap()));
        }
    }

    fn carry_out(&mut self, pick: usize) {
        let mut portal = self.portal.lock().unwrap();
        let mut open: Vec<_> = self
            .writes
            .iter_mut()
            .filter(|write| write.done.is_none())
            .collect();
        let count = open.len().max(1);
        let Some(write) = open.get_mut(pick % count) else {
            return;
        };
        let id = match write.request {
            Request::Create => portal.last_id + 1,
            Request::Update(id) | Request::Delete(id) => id,
        };
        portal.last_version += 1;
        let version = portal.last_version;
        let changed = match write.request {
            Request::Create => {
                portal.last_id = id;
                portal.rows.insert(id, version);
                write.done = Some((id, Some(version)));
                true
            }
            Request::Update(_) => match portal.rows.get_mut(&id) {
                Some(row) => {
                    *row = version;
                    write.done = Some((id, Some(version)));
                    true
                }
                None => false,
            },
            Request::Delete(_) => {
                write.done = Some((id, None));
                portal.rows.remove(&id).is_some()
            }
        };
        self.late |= changed && write.token.is_none();
    }

    /// The answer of a write arrives; an update of nothing is refused.
    fn acknowledge(&mut self, pick: usize) {
        let open = self.open_writes();
        let Some(&index) = open.get(pick % open.len().max(1)) else {
            return;
        };
        let write = &mut self.writes[index];
        let refused = match (write.request, write.done) {
            (Request::Update(id), None) => !self.portal.lock().unwrap().rows.contains_key(&id),
            _ => false,
        };
        let Some((number, outcome)) = write.done else {
            if refused {
                write.token.take().unwrap().refused();
                self.writes.remove(index);
            }
            return;
        };
        let token = write.token.take().unwrap();
        match (write.request, outcome) {
            (Request::Create, Some(version)) => token.created(webhook(number, version)),
            (_, Some(version)) => token.updated(webhook(number, version)),
            (_, None) => token.deleted(),
        }
        let known = match (outcome, self.known.get(&number)) {
            (None, _) | (_, Some(Known::Gone)) => Known::Gone,
            (Some(new), Some(Known::Version(old))) => Known::Version(new.max(*old)),
            (Some(new), None) => Known::Version(new),
        };
        self.known.insert(number, known);
    }

    /// The answer of a write is lost; the portal may still carry it out later.
    fn lose(&mut self, pick: usize) {
        let open = self.open_writes();
        if let Some(&index) = open.get(pick % open.len().max(1)) {
            self.writes[index].token.take().unwrap().unknown();
            self.last_unknown = self.portal.lock().unwrap().tick();
        }
    }

    fn open_writes(&self) -> Vec<usize> {
        let open = |write: &Write| write.token.is_some();
        (0..self.writes.len())
            .filter(|index| open(&self.writes[*index]))
            .collect()
    }

    /// Polls until nothing moves any more: one reader's end may be another one's beginning.
    fn poll_readers(&mut self) {
        let mut moved = true;
        while moved {
            moved = false;
            let mut index = 0;
            while index < self.readers.len() {
                let context = &mut Context::from_waker(Waker::noop());
                match self.readers[index].future.as_mut().poll(context) {
                    Poll::Pending => index += 1,
                    Poll::Ready(outcome) => {
                        let reader = self.readers.remove(index);
                        self.check(&reader, outcome);
                        moved = true;
                    }
                }
            }
        }
        for reader in &self.readers {
            assert!(reader.waited_for < 2, "a reader starves: {:?}", reader.kind);
        }
    }

    fn check(&mut self, reader: &Asking<'_>, outcome: Outcome) {
        let Ok(snapshot) = outcome else {
            return;
        };
        for (number, known) in &reader.known {
            let shown = snapshot.webhook(id(*number)).as_ref().map(version_of);
            match (known, shown) {
                (Known::Gone, Some(_)) => panic!("webhook {number} is gone and shown"),
                (Known::Gone, None) => {}
                (Known::Version(known), Some(shown)) => {
                    assert!(
                        shown >= *known,
                        "webhook {number} is shown as it was before"
                    );
                }
                (Known::Version(_), None) => {
                    assert!(
                        self.deletes_begun.contains(number),
                        "webhook {number} exists and is not shown"
                    );
                }
            }
        }
        let fetch_began = {
            let portal = self.portal.lock().unwrap();
            portal.fetches[usize::try_from(snapshot.fetch).unwrap() - 1].began
        };
        assert!(
            fetch_began > reader.last_unknown,
            "a list from before an unknown outcome"
        );
        match (reader.kind, &reader.given) {
            (Kind::Fresh, _) => assert!(fetch_began > reader.began, "not fresh"),
            (Kind::Confirm, Some(given)) => {
                assert!(snapshot.is_confirming());
                assert!(given.is_confirming() || snapshot.fetch > given.fetch);
            }
            (Kind::Read | Kind::Confirm, _) => {}
        }
        self.last_snapshot = Some(snapshot);
    }

    /// Lets everything finish; then the list must be the portal's.
    fn wind_down(mut self) {
        for _ in 0..3 {
            self.end_fetch(true);
            self.poll_readers();
        }
        assert!(self.readers.is_empty(), "a reader waits for nothing");
        for write in &mut self.writes {
            if write.done.is_none() {
                drop(write.token.take());
            }
        }
        while !self.open_writes().is_empty() {
            self.acknowledge(0);
        }
        self.ask(Kind::Read);
        self.poll_readers();
        self.end_fetch(true);
        self.poll_readers();
        let shown: BTreeMap<u32, u32> = self
            .last_snapshot
            .iter()
            .flat_map(|snapshot| snapshot.items())
            .map(|item| (item.webhook.id.get(), version_of(&item.webhook)))
            .collect();
        if !self.late {
            assert_eq!(shown, self.portal.lock().unwrap().rows);
        }
        let state = lock(&self.list.state);
        assert!(state.writes.active.is_empty() && state.writes.settled.is_empty());
        assert!(state.flight.is_none());
    }
}

fn version_of(webhook: &Webhook) -> u32 {
    webhook
        .name
        .strip_prefix("version ")
        .unwrap()
        .parse()
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn no_order_of_events_shows_a_reader_less_than_was_acknowledged(
        events in prop::collection::vec((0..29_u8, 0..8_usize), 1..120),
    ) {
        let list = SharedList::new(Model::default());
        let mut run = Run::new(&list);
        for (kind, pick) in events {
            run.event(kind, pick);
        }
        run.wind_down();
    }
}
