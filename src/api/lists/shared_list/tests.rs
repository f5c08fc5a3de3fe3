//! What a reader of the shared list may rely on, one sentence per test. Any order of events: `interleavings`.

mod absence;
mod interleavings;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::api::http::error::Cause;
use crate::api::http::operation::Operation;
use crate::api::webhooks::samples::{id, item, webhook};
use crate::api::{Webhook, WebhookListItem};

type Outcome = super::Outcome<WebhookListItem>;
type SharedList<S> = super::SharedList<WebhookListItem, S>;
type Snapshot = super::Snapshot<WebhookListItem>;
type WriteToken = super::WriteToken<WebhookListItem>;
type Arrivals = super::Arrivals<WebhookListItem>;

fn failure(cause: Cause) -> Error {
    Error::new(Operation::Read, "GET", "/api/2.0/settings/webhook", cause)
}

fn timeout() -> Error {
    failure(Cause::Timeout {
        after: Duration::from_secs(60),
    })
}

fn ids(snapshot: &Snapshot) -> Vec<u32> {
    snapshot.items().map(|item| item.webhook.id.get()).collect()
}

fn version(snapshot: &Snapshot, number: u32) -> Option<String> {
    Some(snapshot.webhook(id(number))?.name)
}

type Answer = Result<Rows<WebhookListItem>, Error>;

/// A source whose answers are given by the test, one after the other.
#[derive(Debug, Default)]
struct Source {
    answers: Mutex<VecDeque<Answer>>,
    started: Mutex<u32>,
}

impl Source {
    fn answer(&self, answer: Result<Vec<WebhookListItem>, Error>) {
        let answer = answer.map(Rows::from_iter);
        self.answers.lock().unwrap().push_back(answer);
    }

    fn fetches(&self) -> u32 {
        *self.started.lock().unwrap()
    }
}

impl ListSource<WebhookListItem> for Arc<Source> {
    async fn fetch(&self) -> Answer {
        *self.started.lock().unwrap() += 1;
        std::future::poll_fn(|_| match self.answers.lock().unwrap().pop_front() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        })
        .await
    }
}

fn list() -> (SharedList<Arc<Source>>, Arc<Source>) {
    let source = Arc::new(Source::default());
    (SharedList::new(Arc::clone(&source)), source)
}

/// A reader that runs only when the test says so.
struct Reader<'a>(Pin<Box<dyn Future<Output = Outcome> + 'a>>);

impl<'a> Reader<'a> {
    /// Starts the reader; it asks at once.
    fn start(future: impl Future<Output = Outcome> + 'a) -> Self {
        let mut reader = Self(Box::pin(future));
        assert!(reader.poll().is_pending(), "the list was at hand");
        reader
    }

    fn poll(&mut self) -> Poll<Outcome> {
        self.0
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
    }

    #[track_caller]
    fn finish(mut self) -> Outcome {
        match self.poll() {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => panic!("the reader still waits"),
        }
    }
}

/// Runs a reader that needs no further event.
#[track_caller]
fn now(future: impl Future<Output = Outcome>) -> Outcome {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("the reader waits"),
    }
}

fn is_send<T: Send>(_: &T) {}

fn is_shared<T: Send + Sync>() {}

#[test]
fn readers_can_be_sent_to_other_threads() {
    let (list, _) = list();
    is_send(&list.read());
    is_send(&list.begin_write(id(1)));
    is_shared::<SharedList<Client>>();
}

#[test]
fn concurrent_readers_cost_one_fetch_and_get_the_same_list() {
    let (list, source) = list();
    let readers: Vec<_> = (0..300).map(|_| Reader::start(list.read())).collect();
    source.answer(Ok(vec![item(1, 1)]));
    let snapshots: Vec<_> = readers
        .into_iter()
        .map(|reader| reader.finish().unwrap())
        .collect();
    for snapshot in &snapshots {
        assert!(Arc::ptr_eq(snapshot, &snapshots[0]));
    }
    assert!(Arc::ptr_eq(&now(list.read()).unwrap(), &snapshots[0]));
    assert_eq!(source.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_serves_until_30_seconds_after_it_was_asked_for() {
    let (list, source) = list();
    let first = Reader::start(list.read());
    // The answer takes 20 of them.
    tokio::time::advance(Duration::from_secs(20)).await;
    source.answer(Ok(vec![]));
    first.finish().unwrap();
    tokio::time::advance(Duration::from_secs(9)).await;
    now(list.read()).unwrap();
    assert_eq!(source.fetches(), 1);
    // Its use has not made it any younger.
    tokio::time::advance(Duration::from_secs(2)).await;
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    assert_eq!(source.fetches(), 2);
}

/// A process that is kept, as a reattached one, and reads more often than a list expires.
#[tokio::test(start_paused = true)]
async fn who_reads_every_20_seconds_sees_a_deletion_within_30() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    // Deleted from here on.
    source.answer(Ok(vec![]));
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    tokio::time::advance(Duration::from_secs(11)).await;
    assert_eq!(ids(&now(list.read()).unwrap()), [0_u32; 0]);
    assert_eq!(source.fetches(), 2);
}

#[test]
fn an_error_reaches_everybody_who_waited_and_nobody_else() {
    let (list, source) = list();
    let first = Reader::start(list.read());
    let second = Reader::start(list.read());
    source.answer(Err(timeout()));
    assert!(first.finish().is_err());
    assert!(second.finish().is_err());
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    assert_eq!(source.fetches(), 2);
}

#[test]
fn an_error_leaves_an_older_list_alone() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1)]));
    now(list.read()).unwrap();
    source.answer(Err(timeout()));
    assert!(now(list.fresh()).is_err());
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    assert_eq!(source.fetches(), 2);
}

#[test]
fn when_the_reader_who_began_goes_away_another_one_carries_the_fetch_on() {
    let (list, source) = list();
    let first = Reader::start(list.read());
    let mut second = Reader::start(list.read());
    let third = Reader::start(list.read());
    drop(first);
    assert!(second.poll().is_pending());
    list.begin_create().created(webhook(2, 1));
    drop(second);
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&third.finish().unwrap()), [1, 2]);
    assert_eq!(source.fetches(), 1);
}

#[test]
fn when_all_readers_go_away_the_fetch_ends() {
    let (list, source) = list();
    let readers = [Reader::start(list.read()), Reader::start(list.read())];
    let mut fresh = Reader::start(list.fresh());
    drop(readers);
    assert!(fresh.poll().is_pending());
    assert_eq!(source.fetches(), 2);
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&fresh.finish().unwrap()), [1]);
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    assert_eq!(source.fetches(), 2);
}

#[test]
fn whoever_has_enough_leaves_the_fetch_to_those_who_want_all() {
    let (list, source) = list();
    let (arrivals, _) = Arrivals::channel();
    let all = async {
        list.read_into(&arrivals).await?;
        list.read().await
    };
    let (few, _) = Arrivals::channel();
    let mut enough = Box::pin(list.read_into(&few));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(enough.as_mut().poll(context).is_pending());
    let all = Reader::start(all);
    drop(enough);
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&all.finish().unwrap()), [1]);
    assert_eq!(source.fetches(), 1);
}

#[test]
fn own_writes_are_seen_without_another_fetch() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1), item(2, 1), item(3, 1)]));
    let before = now(list.read()).unwrap();
    list.begin_create().created(webhook(4, 1));
    list.begin_write(id(1)).updated(webhook(1, 2));
    list.begin_write(id(2)).deleted();
    list.begin_write(id(3)).refused();
    let after = now(list.read()).unwrap();
    assert_eq!(ids(&after), [1, 3, 4]);
    assert_eq!(version(&after, 1).as_deref(), Some("version 2"));
    assert_eq!(after.item(id(1)).unwrap().status, 200);
    assert_eq!(after.item(id(4)).unwrap().status, 0);
    assert_eq!(ids(&before), [1, 2, 3], "a list at hand never changes");
    assert_eq!(source.fetches(), 1);
}

#[test]
fn a_write_acknowledged_during_a_fetch_is_laid_over_its_answer() {
    let (list, source) = list();
    let reader = Reader::start(list.read());
    list.begin_create().created(webhook(4, 1));
    list.begin_write(id(1)).updated(webhook(1, 2));
    list.begin_write(id(2)).deleted();
    let late = Reader::start(list.read());
    source.answer(Ok(vec![item(1, 1), item(2, 1)]));
    for snapshot in [reader.finish(), late.finish(), now(list.read())] {
        let snapshot = snapshot.unwrap();
        assert_eq!(ids(&snapshot), [1, 4]);
        assert_eq!(version(&snapshot, 1).as_deref(), Some("version 2"));
    }
    assert_eq!(source.fetches(), 1);
}

#[test]
fn a_write_that_began_before_a_fetch_and_ends_after_it_is_laid_over_the_kept_list() {
    let (list, source) = list();
    let token = list.begin_write(id(1));
    source.answer(Ok(vec![item(1, 1)]));
    now(list.read()).unwrap();
    token.updated(webhook(1, 2));
    assert_eq!(
        version(&now(list.read()).unwrap(), 1).as_deref(),
        Some("version 2")
    );
    assert_eq!(source.fetches(), 1);
}

#[test]
fn after_an_unknown_outcome_only_a_later_fetch_will_do() {
    let (list, source) = list();
    source.answer(Ok(vec![]));
    now(list.read()).unwrap();
    list.begin_create().unknown();
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&now(list.read()).unwrap()), [1]);
    drop(list.begin_write(id(1)));
    source.answer(Ok(vec![item(2, 1)]));
    assert_eq!(ids(&now(list.read()).unwrap()), [2]);
    assert_eq!(source.fetches(), 3);
}

#[test]
fn a_fetch_that_crossed_an_unknown_outcome_serves_only_who_asked_before() {
    let (list, source) = list();
    let before = Reader::start(list.read());
    list.begin_create().unknown();
    let mut after = Reader::start(list.read());
    source.answer(Ok(vec![]));
    assert_eq!(ids(&before.finish().unwrap()), [] as [u32; 0]);
    assert!(after.poll().is_pending());
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&after.finish().unwrap()), [1]);
    assert_eq!(source.fetches(), 2);
}

#[test]
fn overlapping_writes_of_one_webhook_are_looked_up() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1)]));
    now(list.read()).unwrap();
    let first = list.begin_write(id(1));
    let second = list.begin_write(id(1));
    first.updated(webhook(1, 3));
    second.updated(webhook(1, 2));
    source.answer(Ok(vec![item(1, 3)]));
    assert_eq!(
        version(&now(list.read()).unwrap(), 1).as_deref(),
        Some("version 3")
    );
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_write_that_overlapped_a_lost_one_of_the_same_webhook_is_looked_up() {
    let (list, source) = list();
    let first = list.begin_write(id(1));
    list.begin_write(id(1)).unknown();
    source.answer(Ok(vec![item(1, 3)]));
    now(list.read()).unwrap();
    first.updated(webhook(1, 2));
    source.answer(Ok(vec![item(1, 3)]));
    assert_eq!(
        version(&now(list.read()).unwrap(), 1).as_deref(),
        Some("version 3")
    );
    assert_eq!(source.fetches(), 2);
}

#[test]
fn overlapping_writes_of_different_webhooks_cost_nothing() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1), item(2, 1)]));
    now(list.read()).unwrap();
    let first = list.begin_write(id(1));
    let second = list.begin_write(id(2));
    first.updated(webhook(1, 2));
    second.updated(webhook(2, 2));
    list.begin_write(id(1)).updated(webhook(1, 3));
    let snapshot = now(list.read()).unwrap();
    assert_eq!(version(&snapshot, 1).as_deref(), Some("version 3"));
    assert_eq!(version(&snapshot, 2).as_deref(), Some("version 2"));
    assert_eq!(source.fetches(), 1);
    assert!(lock(&list.state).writes.settled.is_empty());
}

#[test]
fn fresh_fetches_after_the_call_even_when_a_fetch_is_under_way() {
    let (list, source) = list();
    let reader = Reader::start(list.read());
    let mut first = Reader::start(list.fresh());
    let second = Reader::start(list.fresh());
    source.answer(Ok(vec![item(1, 1)]));
    assert_eq!(ids(&reader.finish().unwrap()), [1]);
    assert!(first.poll().is_pending());
    source.answer(Ok(vec![item(2, 1)]));
    assert_eq!(ids(&first.finish().unwrap()), [2]);
    assert_eq!(ids(&second.finish().unwrap()), [2]);
    assert_eq!(source.fetches(), 2);
}

#[test]
fn any_number_of_absent_webhooks_costs_one_confirming_fetch() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1)]));
    let first = now(list.read()).unwrap();
    assert!(!first.is_confirming());
    let readers: Vec<_> = (0..10)
        .map(|_| Reader::start(list.confirm(&first)))
        .collect();
    source.answer(Ok(vec![item(1, 1)]));
    for reader in readers {
        assert!(reader.finish().unwrap().is_confirming());
    }
    let later = now(list.read()).unwrap();
    assert!(later.is_confirming());
    assert!(Arc::ptr_eq(&now(list.confirm(&later)).unwrap(), &later));
    assert!(now(list.confirm(&first)).unwrap().is_confirming());
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_list_fetched_since_for_another_reason_confirms_as_well() {
    let (list, source) = list();
    source.answer(Ok(vec![]));
    let first = now(list.read()).unwrap();
    source.answer(Ok(vec![]));
    now(list.fresh()).unwrap();
    assert!(now(list.confirm(&first)).unwrap().is_confirming());
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_fetch_under_way_confirms_an_older_list() {
    let (list, source) = list();
    source.answer(Ok(vec![]));
    let first = now(list.read()).unwrap();
    let fresh = Reader::start(list.fresh());
    let confirm = Reader::start(list.confirm(&first));
    source.answer(Ok(vec![]));
    assert!(fresh.finish().unwrap().is_confirming());
    assert!(confirm.finish().unwrap().is_confirming());
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_pair_that_this_process_gave_up_is_not_in_the_baseline() {
    let (list, source) = list();
    source.answer(Ok(vec![item(1, 1), item(2, 1), item(3, 1)]));
    now(list.read()).unwrap();
    let token = list.begin_create();
    list.begin_write(id(3)).deleted();
    list.begin_write(id(2)).updated(webhook(2, 2));
    list.begin_write(id(1)).refused();
    list.begin_create().created(webhook(4, 1));
    let baseline = list.baseline().unwrap();
    assert_eq!(ids(&baseline), [1, 2]);
    assert_eq!(version(&baseline, 2).as_deref(), Some("version 2"));
    assert_eq!(baseline.max_id(), Some(id(3)));
    token.refused();
}

#[test]
fn the_baseline_is_the_list_before_the_first_create_with_own_changes_until_then() {
    let (list, source) = list();
    assert!(list.baseline().is_none());
    source.answer(Ok(vec![item(1, 1), item(5, 1)]));
    now(list.read()).unwrap();
    list.begin_write(id(5)).deleted();
    let token = list.begin_create();
    source.answer(Ok(vec![item(1, 1), item(9, 1)]));
    now(list.fresh()).unwrap();
    token.created(webhook(9, 1));
    list.begin_create().created(webhook(10, 1));
    let baseline = list.baseline().unwrap();
    assert_eq!(ids(&baseline), [1]);
    assert_eq!(baseline.max_id(), Some(id(5)), "an id is never used again");
}

#[test]
fn a_list_that_arrives_after_the_first_create_began_is_no_baseline() {
    let (list, source) = list();
    let reader = Reader::start(list.read());
    let token = list.begin_create();
    source.answer(Ok(vec![item(1, 1)]));
    reader.finish().unwrap();
    token.refused();
    assert!(list.baseline().is_none());
}

#[test]
fn a_failed_write_is_unknown_only_if_its_error_says_so() {
    let (list, source) = list();
    source.answer(Ok(vec![]));
    now(list.read()).unwrap();
    let connect = Cause::Connect {
        host: "portal".into(),
        detail: "refused".into(),
        reason: crate::api::ConnectReason::Other,
        through: None,
    };
    let refused = Error::new(Operation::Create, "POST", "/", connect);
    list.begin_create().failed(&refused);
    now(list.read()).unwrap();
    assert_eq!(source.fetches(), 1);
    let broken = Cause::Transport {
        detail: "reset".into(),
    };
    list.begin_create()
        .failed(&Error::new(Operation::Create, "POST", "/", broken));
    source.answer(Ok(vec![]));
    now(list.read()).unwrap();
    assert_eq!(source.fetches(), 2);
}

/// Answers at once, but not before others had a turn.
struct Yielding;

impl ListSource<WebhookListItem> for Yielding {
    async fn fetch(&self) -> Answer {
        tokio::task::yield_now().await;
        Ok(Rows::from_iter([item(1, 1)]))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_reader_is_forgotten_on_many_threads() {
    let list = Arc::new(SharedList::new(Yielding));
    let tasks: Vec<_> = (0..16)
        .map(|task| {
            let list = Arc::clone(&list);
            tokio::spawn(async move {
                for round in 0..200 {
                    match (task + round) % 5 {
                        0 => drop(list.fresh().await.unwrap()),
                        // This one usually goes away before it has an answer.
                        4 => tokio::select! {
                            biased;
                            list = list.fresh() => drop(list.unwrap()),
                            () = tokio::task::yield_now() => {}
                        },
                        1 => list.begin_write(id(1)).unknown(),
                        2 => list.begin_create().created(webhook(round + 2, 1)),
                        _ => drop(list.read().await.unwrap()),
                    }
                }
            })
        })
        .collect();
    let all = async {
        for task in tasks {
            task.await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all)
        .await
        .expect("a reader waits for nothing");
}
