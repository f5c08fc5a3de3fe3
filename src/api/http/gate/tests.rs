//! Which request goes when, on a paused clock, and what it takes to pass a limiter.

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio_util::sync::CancellationToken;

use super::*;
use crate::api::http::error::{ErrorShape, StatusFailure};
use crate::api::http::operation::Operation;
use crate::api::http::operation::Operation::{Read, Replace};
use crate::api::http::retry::{self, Limits, Line, Waits};
use crate::api::{ApiKey, BaseUrl};

const SECOND: Duration = Duration::from_secs(1);

/// How long a portal that lets nothing through is waited for by default.
const PATIENCE: Duration = Duration::from_secs(240);

fn gate() -> Arc<Gate> {
    gate_for(7)
}

fn gate_for(max_concurrent_writes: usize) -> Arc<Gate> {
    let base_url = BaseUrl::parse("https://portal.example", false).unwrap();
    let config = Config {
        max_concurrent_writes,
        ..Config::new(base_url, ApiKey::parse("key").unwrap())
    };
    assert_eq!(config.patience(), PATIENCE);
    Arc::new(Gate::new(&config))
}

fn error(cause: Cause) -> Error {
    Error::new(Replace, "PUT", "/api/2.0/settings/webhook", cause)
}

fn status(status: u16, retry_after: Option<u64>) -> Error {
    let mut failure = StatusFailure::new(status, ErrorShape::Html);
    failure.retry_after = retry_after.map(Duration::from_secs);
    error(Cause::Status(Box::new(failure)))
}

fn unconnected(reason: ConnectReason) -> Cause {
    Cause::Connect {
        host: "portal:443".into(),
        detail: "detail".into(),
        reason,
        through: None,
    }
}

/// Enters without having to wait.
async fn enter(gate: &Arc<Gate>, operation: Operation) -> Pass {
    let before = Instant::now();
    let turn = gate.turn(Rank::Fresh);
    let pass = gate.enter(turn, operation, before).await.unwrap();
    assert_eq!(before, Instant::now());
    pass
}

/// One request is refused; returns how long the gate stays closed.
async fn refused(gate: &Arc<Gate>, error: &Error) -> Option<Duration> {
    let turn = gate.turn(Rank::Fresh);
    let pass = gate.enter(turn, Replace, Instant::now()).await.unwrap();
    pass.leave(Some(error))
}

#[test]
fn whoever_waits_enters_when_a_place_is_free_and_a_dropped_waiter_blocks_nobody() {
    let gate = gate_for(1);
    let mut context = Context::from_waker(Waker::noop());
    let enter = || {
        let turn = gate.turn(Rank::Fresh);
        Box::pin(gate.enter(turn, Replace, Instant::now()))
    };
    let mut first = enter();
    let Poll::Ready(Ok(pass)) = first.as_mut().poll(&mut context) else {
        panic!("the gate is free");
    };
    let mut second = enter();
    let mut third = pin!(enter());
    assert!(second.as_mut().poll(&mut context).is_pending());
    assert!(third.as_mut().poll(&mut context).is_pending());
    assert_eq!(pass.leave(None), None);
    assert!(third.as_mut().poll(&mut context).is_pending(), "its turn");
    drop(second);
    assert!(third.as_mut().poll(&mut context).is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_read_does_not_wait_for_a_place_among_the_writes() {
    let gate = gate_for(1);
    let _write = enter(&gate, Replace).await;
    let waiting = gate.turn(Rank::Fresh);
    let waiting = gate.enter(waiting, Replace, Instant::now());
    tokio::select! {
        biased;
        _ = waiting => panic!("there is no room"),
        _ = enter(&gate, Read) => {}
    }
}

/// A limit of its own, unless the portal says when to come back: then it is a limit for all requests.
#[tokio::test(start_paused = true)]
async fn a_refused_key_holds_nobody_up() {
    let gate = gate_for(1);
    let key = |error: &Error| {
        Error::new(
            Operation::CreateKey,
            "POST",
            "/api/2.0/keys",
            error.cause().clone(),
        )
    };
    assert_eq!(refused(&gate, &key(&status(429, None))).await, None);
    drop(enter(&gate, Replace).await);
    assert!(refused(&gate, &key(&status(429, Some(7)))).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_closes_the_gate_for_everybody_and_the_oldest_goes_first() {
    for (error, least) in [
        (status(429, Some(5)), 5 * SECOND),
        (status(503, Some(5)), 5 * SECOND),
        (status(429, None), SECOND),
        (status(503, None), SECOND / 2),
    ] {
        let gate = gate();
        let oldest = gate.turn(Rank::Fresh);
        let pass = gate.enter(oldest, Replace, Instant::now()).await.unwrap();
        let told = pass.leave(Some(&error));
        let closed = gate.lock().opens.duration_since(Instant::now());
        assert_eq!(told, error.is_limited().then_some(closed));
        assert!((least..least * 2).contains(&closed), "{closed:?}");
        let began = Instant::now();
        let order = Mutex::new(Vec::new());
        let enter = async |name, turn, operation| {
            let pass = gate.enter(turn, operation, began).await.unwrap();
            assert!(began.elapsed() >= closed);
            order.lock().unwrap().push(name);
            pass
        };
        let read = gate.turn(Rank::Fresh);
        let write = gate.turn(Rank::Fresh);
        let again = gate.turn(Rank::Again);
        tokio::join!(
            enter("write", write, Replace),
            enter("read", read, Read),
            enter("oldest", oldest, Replace),
            enter("again", again, Replace),
        );
        let order = order.into_inner().unwrap();
        assert_eq!(order, ["again", "oldest", "read", "write"]);
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_while_nothing_gets_through() {
    let gate = gate();
    let mut pauses = Vec::new();
    for _ in 0..4 {
        pauses.push(refused(&gate, &status(429, None)).await.unwrap().as_secs());
    }
    assert_eq!(pauses, [1, 4, 16, 61]);
    let turn = gate.turn(Rank::Fresh);
    let pass = gate.enter(turn, Read, Instant::now()).await.unwrap();
    assert_eq!(pass.leave(None), None);
    let pause = refused(&gate, &status(429, None)).await.unwrap();
    assert_eq!(pause.as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_before_the_gate_closed_says_nothing_new() {
    let gate = gate();
    let (first, second, third) = (
        enter(&gate, Replace).await,
        enter(&gate, Replace).await,
        enter(&gate, Replace).await,
    );
    let closed = first.leave(Some(&status(429, None))).unwrap();
    assert_eq!(second.leave(Some(&status(429, None))), Some(closed));
    assert_eq!(gate.lock().writes.allowed(), 3, "halved once");
    let longer = third.leave(Some(&status(429, Some(20)))).unwrap();
    assert_eq!(longer, 20 * SECOND, "a time that is asked for holds");
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_hours_ends_everybody_who_waits_and_nobody_else() {
    let gate = gate();
    refused(&gate, &status(429, Some(30))).await.unwrap();
    let late = status(429, Some(7200));
    let (turn, other) = (gate.turn(Rank::Fresh), gate.turn(Rank::Fresh));
    let sent = Sent {
        era: 0,
        write: None,
    };
    let now = Instant::now();
    let (one, two, ()) = tokio::join!(
        gate.enter(turn, Replace, now),
        gate.enter(other, Read, now + 50 * SECOND),
        async { assert_eq!(gate.leave(sent, Some(&late)), None) },
    );
    for ended in [one, two] {
        assert_eq!(error(ended.unwrap_err()).retry_after(), late.retry_after());
    }
    assert_eq!(now, Instant::now());
    // What is not limited, such as deleting on a portal that counts a day's creations, can still be asked.
    assert!(!gate.is_hopeless());
    assert!(gate.enter(turn, Replace, now).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_four_minutes_for_a_portal_that_lets_nothing_through() {
    let gate = gate();
    let refusal = status(429, Some(50));
    let began = Instant::now();
    for _ in 0..4 {
        assert!(refused(&gate, &refusal).await.is_some());
    }
    let waiting = gate.turn(Rank::Fresh);
    let (ended, waited) = tokio::join!(
        refused(&gate, &refusal),
        // It is the younger one.
        async {
            gate.enter(waiting, Read, Instant::now() + SECOND * 206)
                .await
        },
    );
    assert_eq!(ended, None);
    assert_eq!(error(waited.unwrap_err()).status(), Some(429));
    assert!(began.elapsed() <= PATIENCE);
    assert!(gate.is_hopeless());
    let next = gate.turn(Rank::Fresh);
    let next = gate.enter(next, Replace, Instant::now()).await;
    assert!(next.is_err(), "told, and not sent");

    // Later requests try once, and the first that gets through opens the gate for all.
    tokio::time::advance(65 * SECOND).await;
    assert!(!gate.is_hopeless());
    assert_eq!(refused(&gate, &refusal).await, None);
    tokio::time::advance(65 * SECOND).await;
    assert_eq!(enter(&gate, Replace).await.leave(None), None);
    tokio::time::advance(SECOND).await;
    assert!(refused(&gate, &refusal).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_nobody_has_reached_is_given_up_soon_and_by_all() {
    let refused = unconnected(ConnectReason::Other);
    let swallowed = unconnected(ConnectReason::TimedOut);
    for (cause, longest) in [(refused, REFUSED), (swallowed, SWALLOWED)] {
        let gate = gate();
        let _dialing = enter(&gate, Replace).await;
        let began = Instant::now();
        let waiting = gate.turn(Rank::Fresh);
        let waiting = gate.enter(waiting, Replace, began + 100 * SECOND);
        let failing = async {
            while gate.unreached(&cause, Some(SECOND)) {
                tokio::time::sleep(SECOND).await;
            }
        };
        let (waited, ()) = tokio::join!(waiting, failing);
        assert!(matches!(waited, Err(Cause::Connect { .. })));
        assert!(began.elapsed() <= longest);
        let next = gate.turn(Rank::Fresh);
        assert!(gate.enter(next, Read, Instant::now()).await.is_err());
        assert!(gate.is_hopeless());
        tokio::time::advance(UNREACHED).await;
        drop(enter(&gate, Read).await);
        assert!(gate.unreached(&cause, Some(SECOND)), "a new attempt");
    }
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_was_reached_once_may_be_away_for_a_while() {
    for answer in [None, Some(status(401, None)), Some(status(502, None))] {
        let gate = gate();
        let pass = enter(&gate, Replace).await;
        assert_eq!(pass.leave(answer.as_ref()), None);
        tokio::time::advance(100 * SECOND).await;
        let cause = unconnected(ConnectReason::Other);
        assert!(gate.unreached(&cause, Some(50 * SECOND)));
        assert!(!gate.unreached(&cause, None));
        assert!(!gate.is_hopeless());
    }
}

/// nginx's `limit_req`: a rate of requests a second, and a burst.
#[derive(Debug)]
struct Limiter {
    rate: f64,
    burst: f64,
    delays: bool,
    excess: f64,
    last: Option<Instant>,
}

impl Limiter {
    /// Returns for how long an admitted request is held back, or none when it is refused.
    fn admit(&mut self) -> Option<Duration> {
        let now = Instant::now();
        let excess = self.last.map_or(0.0, |last| {
            let elapsed = now.duration_since(last).as_secs_f64();
            (self.excess - self.rate * elapsed + 1.0).max(0.0)
        });
        if excess > self.burst {
            return None;
        }
        (self.excess, self.last) = (excess, Some(now));
        let held = if self.delays { excess / self.rate } else { 0.0 };
        Some(Duration::from_secs_f64(held))
    }
}

/// Sends changes, ten at a time as Terraform does.
async fn send_all<A>(gate: &Arc<Gate>, count: u32, attempt: impl Fn(u32) -> A)
where
    A: Future<Output = Result<(), Error>>,
{
    let (stop, waits) = (CancellationToken::new(), Waits::default());
    let left = Mutex::new((0..count).collect::<BTreeSet<u32>>());
    let next = || left.lock().unwrap().pop_first();
    let worker = async || {
        while let Some(number) = next() {
            let kind = (Replace, Rank::Fresh);
            let limits = Limits {
                max_retries: 4,
                patience: PATIENCE,
            };
            let line = Line::new(gate, &stop, &waits, kind, limits);
            let result = retry::run(line, error, &attempt).await;
            assert!(result.is_ok(), "{number}: {result:?}");
        }
    };
    tokio::join!(
        worker(),
        worker(),
        worker(),
        worker(),
        worker(),
        worker(),
        worker(),
        worker(),
        worker(),
        worker(),
    );
}

/// Sends 300 changes, and returns how long it took and how many were refused.
async fn pass_limiter(limiter: Limiter, latency: Duration, refusal: &Error) -> (Duration, u32) {
    let gate = gate();
    let limiter = Mutex::new(limiter);
    let refusals = Mutex::new(0);
    let attempt = async |_repeats: u32| {
        tokio::time::sleep(latency / 2).await;
        let admitted = limiter.lock().unwrap().admit();
        tokio::time::sleep(latency / 2 + admitted.unwrap_or_default()).await;
        admitted.map(drop).ok_or_else(|| {
            *refusals.lock().unwrap() += 1;
            refusal.clone()
        })
    };
    let began = Instant::now();
    send_all(&gate, 300, &attempt).await;
    (began.elapsed(), refusals.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_limiter_is_passed_at_nearly_its_rate() {
    let forms = [status(429, Some(1)), status(429, None), status(503, None)];
    for (rate, burst, delays, latency_ms) in [
        (5.0, 1.0, false, 2),
        (5.0, 3.0, false, 80),
        (5.0, 5.0, true, 2),
        (10.0, 1.0, true, 2),
        (10.0, 3.0, false, 2),
        (10.0, 5.0, false, 80),
        (20.0, 1.0, false, 2),
        (20.0, 1.0, true, 40),
        (20.0, 5.0, false, 2),
    ] {
        for refusal in &forms {
            let limiter = Limiter {
                rate,
                burst,
                delays,
                excess: 0.0,
                last: None,
            };
            let latency = Duration::from_millis(latency_ms);
            let (took, refusals) = pass_limiter(limiter, latency, refusal).await;
            let ratio = took.as_secs_f64() * rate / 300.0;
            let case =
                format!("{rate} r/s, burst {burst}, {refusal}: {ratio:.2}, {refusals} refused");
            assert!(ratio < 1.25, "{case}");
            assert!(refusals < 20, "{case}");
        }
    }
}

/// A portal that allows a user 15 writes at once (API §9), and whose latency varies by a half.
#[derive(Debug)]
struct Crowd {
    taken: u32,
    /// The state of a random number generator.
    seed: u32,
}

impl Crowd {
    fn enter(&mut self) -> bool {
        let has_room = self.taken < 15;
        self.taken += u32::from(has_room);
        has_room
    }

    fn varied(&mut self, latency: Duration) -> Duration {
        self.seed = self
            .seed
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        latency.mul_f64(0.75 + f64::from(self.seed >> 16) / 131_072.0)
    }
}

fn crowded() -> Error {
    let mut failure = StatusFailure::new(429, ErrorShape::Empty);
    failure.limit = Some(15);
    error(Cause::Status(Box::new(failure)))
}

/// Sends writes of two runs of one user that begin one after the other. Returns how long each took, and how many of its
/// writes were refused.
async fn share(count: u32, latency: Duration, lag: Duration, seed: u32) -> [(Duration, u32); 2] {
    let crowd = Mutex::new(Crowd { taken: 0, seed });
    let run = async |lag| {
        tokio::time::sleep(lag).await;
        let gate = gate_for(10);
        let refusals = Mutex::new(0);
        let attempt = async |_repeats: u32| {
            let on_the_way = latency / 10;
            tokio::time::sleep(on_the_way).await;
            if !crowd.lock().unwrap().enter() {
                *refusals.lock().unwrap() += 1;
                tokio::time::sleep(on_the_way).await;
                return Err(crowded());
            }
            let working = crowd.lock().unwrap().varied(latency * 8 / 10);
            tokio::time::sleep(working).await;
            crowd.lock().unwrap().taken -= 1;
            tokio::time::sleep(on_the_way).await;
            Ok(())
        };
        let began = Instant::now();
        send_all(&gate, count, &attempt).await;
        (began.elapsed(), refusals.into_inner().unwrap())
    };
    let (one, other) = tokio::join!(run(Duration::ZERO), run(lag));
    [one, other]
}

#[tokio::test(start_paused = true)]
async fn two_runs_of_one_user_share_its_places() {
    for (latency_ms, lag_ms, seed) in [
        (100, 0, 1),
        (100, 130, 2),
        (100, 2_000, 3),
        (400, 0, 4),
        (400, 130, 5),
        (400, 2_000, 6),
    ] {
        let latency = Duration::from_millis(latency_ms);
        let lag = Duration::from_millis(lag_ms);
        let runs = Box::pin(share(300, latency, lag, seed)).await;
        let [(one, refused), (other, also_refused)] = runs;
        let refused = refused + also_refused;
        let case = format!("{latency_ms} ms, {lag:?} later: {one:?}, {other:?}, {refused} refused");
        assert!((1..=600 / 20).contains(&refused), "{case}");
        assert!(one.max(other) < one.min(other).mul_f64(1.5), "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_too_many_in_flight_waits_and_the_others_go_on() {
    let gate = gate();
    for allowed in [3, 1] {
        let told = refused(&gate, &crowded()).await.unwrap();
        assert!((SECOND..SECOND * 2).contains(&told), "{told:?}");
        assert_eq!(gate.lock().writes.allowed(), allowed);
        drop(enter(&gate, Replace).await);
        assert_eq!(gate.lock().pace.next(), None);
    }
    // Not even one gets in, so all wait.
    let closed = refused(&gate, &crowded()).await.unwrap();
    assert_eq!(closed, gate.lock().opens.duration_since(Instant::now()));
}

#[tokio::test(start_paused = true)]
async fn a_distant_portal_is_given_ten_writes_at_once_soon() {
    let latency = Duration::from_millis(400);
    let gate = gate_for(10);
    let attempt = async |_repeats: u32| {
        tokio::time::sleep(latency).await;
        Ok(())
    };
    let began = Instant::now();
    send_all(&gate, 100, attempt).await;
    assert_eq!(began.elapsed(), latency * 11);
}
