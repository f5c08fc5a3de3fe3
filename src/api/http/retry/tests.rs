//! Decisions and delays, on a paused clock.

use std::sync::Mutex;

use super::*;
use crate::api::{ApiKey, BaseUrl, Config};
use crate::api::{ErrorShape, NotJson, StatusFailure, TlsFault};

const SECOND: Duration = Duration::from_secs(1);

fn error(operation: Operation, cause: Cause) -> Error {
    Error::new(operation, "GET", "/api/2.0/settings/webhook", cause)
}

fn status(status: u16) -> Cause {
    Cause::Status(Box::new(StatusFailure::new(status, ErrorShape::Empty)))
}

fn throttled(seconds: u64) -> Cause {
    asking(429, seconds)
}

fn busy(seconds: u64) -> Cause {
    asking(503, seconds)
}

fn asking(status: u16, seconds: u64) -> Cause {
    let mut failure = StatusFailure::new(status, ErrorShape::Empty);
    failure.retry_after = Some(Duration::from_secs(seconds));
    Cause::Status(Box::new(failure))
}

fn connect(reason: ConnectReason) -> Cause {
    Cause::Connect {
        host: "portal".into(),
        detail: "detail".into(),
        reason,
        through: None,
    }
}

fn timeout() -> Cause {
    Cause::Timeout { after: SECOND }
}

fn transport() -> Cause {
    Cause::Transport {
        detail: "reset".into(),
    }
}

/// How a call went whose attempts ended with these causes; success once they run out.
struct Call {
    result: Result<(), Error>,
    attempts: usize,
    waited: Duration,
    longest: Duration,
}

async fn call(operation: Operation, max_retries: u32, causes: Vec<Cause>) -> Call {
    call_at(&answered().await, operation, max_retries, causes).await
}

async fn call_at(
    gate: &Arc<Gate>,
    operation: Operation,
    max_retries: u32,
    causes: Vec<Cause>,
) -> Call {
    let waits = Waits::default();
    let stop = CancellationToken::new();
    let causes = Mutex::new(causes.into_iter());
    let attempts = Mutex::new(0);
    let line = line(gate, &stop, &waits, operation, max_retries);
    let fail = |cause| error(operation, cause);
    let result = run(line, fail, |repeats| {
        let mut attempts = attempts.lock().unwrap();
        assert_eq!(*attempts, repeats as usize);
        *attempts += 1;
        let cause = causes.lock().unwrap().next();
        async move { cause.map_or(Ok(()), |cause| Err(error(operation, cause))) }
    })
    .await;
    Call {
        result,
        attempts: attempts.into_inner().unwrap(),
        waited: waits.total(),
        longest: waits.longest(),
    }
}

fn line<'a>(
    gate: &'a Arc<Gate>,
    stop: &'a CancellationToken,
    waits: &'a Waits,
    operation: Operation,
    max_retries: u32,
) -> Line<'a> {
    let limits = Limits {
        max_retries,
        patience: BUDGET,
    };
    Line::new(gate, stop, waits, (operation, Rank::Fresh), limits)
}

fn gate(max_concurrent_writes: usize) -> Arc<Gate> {
    let base_url = BaseUrl::parse("https://portal.example", false).unwrap();
    Arc::new(Gate::new(&Config {
        max_concurrent_writes,
        ..Config::new(base_url, ApiKey::parse("key").unwrap())
    }))
}

/// A gate to a portal that has answered before.
async fn answered() -> Arc<Gate> {
    let gate = gate(7);
    pass(&gate).await;
    gate
}

/// A request gets through.
async fn pass(gate: &Arc<Gate>) {
    let turn = gate.turn(Rank::Fresh);
    let pass = gate
        .enter(turn, Operation::Read, Instant::now())
        .await
        .unwrap();
    assert_eq!(pass.leave(None), None);
}

/// How many attempts a cause that never goes away costs.
async fn attempts(operation: Operation, cause: Cause) -> usize {
    call(operation, 4, vec![cause; 20]).await.attempts
}

#[tokio::test(start_paused = true)]
async fn who_may_be_repeated_after_what() {
    use Operation::{Create, CreateKey, Read, Remove, Replace, RetryDelivery};
    let rows: [(Cause, [usize; 6]); 17] = [
        // In the order read, replace, remove, create, create a key, retry delivery.
        (connect(ConnectReason::Other), [5, 5, 5, 5, 5, 5]),
        (connect(ConnectReason::NameResolution), [2, 2, 2, 2, 2, 2]),
        (connect(ConnectReason::TimedOut), [2, 2, 2, 2, 2, 2]),
        (
            connect(ConnectReason::Tls(TlsFault::UnknownIssuer)),
            [1, 1, 1, 1, 1, 1],
        ),
        (timeout(), [2, 2, 2, 1, 1, 1]),
        (transport(), [5, 5, 5, 1, 1, 1]),
        // Ended by time, not by a count: after 1, 4, 16 and twice 60 seconds.
        (status(429), [6, 6, 6, 6, 1, 1]),
        (throttled(1), [6, 6, 6, 6, 6, 6]),
        (status(500), [2, 1, 1, 1, 1, 1]),
        (status(502), [5, 5, 5, 1, 1, 1]),
        (status(503), [5, 5, 5, 1, 1, 1]),
        (busy(1), [6, 6, 6, 1, 1, 1]),
        (status(504), [5, 5, 5, 1, 1, 1]),
        (status(404), [1, 1, 1, 1, 1, 1]),
        (status(401), [1, 1, 1, 1, 1, 1]),
        (
            Cause::NotJson {
                found: NotJson::WebPage,
            },
            [1, 1, 1, 1, 1, 1],
        ),
        (
            Cause::Redirect {
                status: 301,
                location: None,
                is_inside: false,
            },
            [1, 1, 1, 1, 1, 1],
        ),
    ];
    for (cause, expected) in rows {
        for (operation, expected) in [Read, Replace, Remove, Create, CreateKey, RetryDelivery]
            .into_iter()
            .zip(expected)
        {
            let attempts = attempts(operation, cause.clone()).await;
            assert_eq!(attempts, expected, "{operation:?} after {cause}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn zero_retries_switch_repeating_off() {
    for cause in [status(503), status(429), throttled(1), busy(1), transport()] {
        let call = call(Operation::Read, 0, vec![cause]).await;
        assert_eq!(call.attempts, 1);
        assert_eq!(call.waited, Duration::ZERO);
        assert_eq!(call.result.unwrap_err().attempts(), 1);
    }
}

/// A limiter may answer 503 without a time; so may a portal that is down.
#[tokio::test(start_paused = true)]
async fn a_503_counts_only_while_nothing_gets_through() {
    let gate = answered().await;
    let waits = Waits::default();
    let stop = CancellationToken::new();
    let refused = |cause| error(Operation::Replace, cause);
    let line = line(&gate, &stop, &waits, Operation::Replace, 4);
    let call = run(line, refused, |repeats| async move {
        tokio::time::sleep(SECOND).await;
        if repeats < 8 {
            return Err(refused(status(503)));
        }
        Ok(())
    });
    let others = async {
        loop {
            tokio::time::sleep(SECOND / 4).await;
            pass(&gate).await;
        }
    };
    tokio::select! {
        result = call => assert!(result.is_ok(), "{result:?}"),
        () = others => unreachable!("it never ends"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_succeeds_in_the_end_is_a_success() {
    let call = call(
        Operation::Read,
        4,
        vec![status(503), transport(), status(429)],
    )
    .await;
    assert_eq!(call.attempts, 4);
    assert!(call.result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn waits_after_429_start_at_a_second_and_span_the_portals_minute() {
    for _ in 0..50 {
        let once = call(Operation::Create, 1, vec![status(429)]).await;
        assert!(
            (SECOND..=2 * SECOND).contains(&once.waited),
            "{:?}",
            once.waited
        );
        let often = call(Operation::Create, 1, vec![status(429); 4]).await;
        assert!(often.waited >= 60 * SECOND, "{:?}", often.waited);
        assert!(
            often.longest <= MAX_WAIT + 2 * SECOND,
            "{:?}",
            often.longest
        );
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_the_least_wait_and_hours_are_not_waited_for() {
    let patient = call(Operation::Replace, 4, vec![throttled(30)]).await;
    assert!(patient.result.is_ok());
    assert!(
        (30 * SECOND..33 * SECOND).contains(&patient.waited),
        "{:?}",
        patient.waited
    );
    let zero = call(Operation::Replace, 4, vec![throttled(0)]).await;
    assert!(zero.result.is_ok());
    assert!(zero.waited < SECOND);
    for asked in [61, 7200, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
        let hours = call(Operation::Replace, 4, vec![throttled(asked)]).await;
        assert_eq!((hours.attempts, hours.waited), (1, Duration::ZERO));
        let error = hours.result.unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(asked)));
    }
}

#[tokio::test(start_paused = true)]
async fn no_repeat_is_sent_after_the_operations_budget() {
    let call = call(Operation::Read, 1, vec![throttled(50); 100]).await;
    assert!(call.waited <= BUDGET, "{:?}", call.waited);
    assert_eq!(call.attempts, 4);
    assert!(call.result.is_err());
}

/// Behind 7 writes of a minute each, one of 1 000 creates can wait for hours before it is sent at all.
#[tokio::test(start_paused = true)]
async fn standing_in_line_does_not_count() {
    let gate = gate(1);
    pass(&gate).await;
    let first = gate.turn(Rank::Fresh);
    let place = gate
        .enter(first, Operation::Replace, Instant::now())
        .await
        .unwrap();
    let create = async { call_at(&gate, Operation::Create, 1, vec![throttled(30); 3]).await };
    let ahead = async {
        tokio::time::sleep(BUDGET + SECOND).await;
        assert_eq!(place.leave(None), None);
    };
    let (create, ()) = tokio::join!(create, ahead);
    assert!(create.result.is_ok());
    assert_eq!(create.attempts, 4);
}

#[tokio::test(start_paused = true)]
async fn the_error_knows_what_earlier_attempts_left_behind() {
    let causes = vec![
        timeout(),
        connect(ConnectReason::Tls(TlsFault::UnknownIssuer)),
    ];
    let lost = call(Operation::Replace, 4, causes)
        .await
        .result
        .unwrap_err();
    assert!(matches!(lost.cause(), Cause::Connect { .. }));
    assert!(lost.outcome_unknown());
    assert_eq!(lost.attempts(), 2);
    let refused = call(Operation::Replace, 4, vec![status(429), status(400)]).await;
    assert!(!refused.result.unwrap_err().outcome_unknown());
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_wait_with_the_last_error() {
    let gate = answered().await;
    let waits = Waits::default();
    let stop = CancellationToken::new();
    let attempts = Mutex::new(0);
    let create = |cause| error(Operation::Create, cause);
    let line = line(&gate, &stop, &waits, Operation::Create, 4);
    let call = run(line, create, |_| {
        *attempts.lock().unwrap() += 1;
        async { Err::<(), _>(create(throttled(30))) }
    });
    let stopper = async {
        tokio::time::sleep(10 * SECOND).await;
        stop.cancel();
    };
    let (result, ()) = tokio::join!(call, stopper);
    let last = result.unwrap_err();
    assert_eq!(last.status(), Some(429));
    assert_eq!(*attempts.lock().unwrap(), 1);
    assert_eq!(waits.total(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_repeat_that_is_not_started_leaves_the_error_before_it() {
    let stopped = call(Operation::Replace, 4, vec![timeout(), Cause::Stopped]).await;
    let last = stopped.result.unwrap_err();
    assert!(matches!(last.cause(), Cause::Timeout { .. }));
    assert!(last.outcome_unknown());
    assert_eq!(last.attempts(), 1);
    let first = call(Operation::Replace, 4, vec![Cause::Stopped]).await;
    assert!(matches!(first.result.unwrap_err().cause(), Cause::Stopped));
}

/// How a read that is answered after this long ends when a stop comes at this moment.
async fn stopped_read(answered: Duration, stopped: Option<Duration>) -> Result<(), Cause> {
    let stop = CancellationToken::new();
    let reading = async {
        tokio::time::sleep(answered).await;
        Ok(())
    };
    let stopping = async {
        if let Some(after) = stopped {
            tokio::time::sleep(after).await;
            stop.cancel();
        }
    };
    tokio::join!(ended_by_stop(&stop, reading), stopping).0
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_a_read_has_a_moment_left_and_no_more() {
    let hour = 3600 * SECOND;
    assert!(stopped_read(hour, None).await.is_ok());
    for stopped in [Duration::ZERO, 10 * SECOND] {
        let in_time = stopped + STOP_PATIENCE / 2;
        assert!(stopped_read(in_time, Some(stopped)).await.is_ok());
        let ended = stopped_read(hour, Some(stopped)).await;
        assert!(matches!(ended, Err(Cause::Stopped)));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_read_failed_for_good_other_reads_are_sent_once_until_the_portal_answers() {
    let outage = Outage::default();
    let failed = |cause, attempts| {
        Err::<(), _>(error(Operation::Read, cause).after_attempts(attempts, false))
    };
    let reads = || outage.retries(Operation::Read, 4);
    assert_eq!(reads(), 4);
    outage.record(&failed(status(503), 1));
    assert_eq!(reads(), 4, "one failure is not an outage");
    outage.record(&failed(status(429), 5));
    assert_eq!(reads(), 4, "a portal that refuses is not down");
    outage.record(&failed(status(503), 5));
    assert_eq!(reads(), 0);
    assert_eq!(outage.retries(Operation::Replace, 4), 4);
    tokio::time::advance(20 * SECOND).await;
    outage.record(&failed(transport(), 1));
    tokio::time::advance(20 * SECOND).await;
    assert_eq!(reads(), 0, "it is still down");
    tokio::time::advance(11 * SECOND).await;
    assert_eq!(reads(), 4, "worth another look");
    outage.record(&failed(status(503), 5));
    outage.record(&Ok(()));
    assert_eq!(reads(), 4);
    outage.record(&failed(status(503), 5));
    outage.record(&failed(status(401), 1));
    assert_eq!(reads(), 4, "it answers again");
}

#[tokio::test(start_paused = true)]
async fn waits_of_several_calls_add_up() {
    let waits = Waits::default();
    waits.record(3 * SECOND);
    waits.record(SECOND);
    assert_eq!((waits.total(), waits.longest()), (4 * SECOND, 3 * SECOND));
}
