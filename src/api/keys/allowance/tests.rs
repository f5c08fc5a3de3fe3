use std::collections::VecDeque;

use super::*;
use crate::api::{ApiKey, BaseUrl, Cause, Config, ErrorShape, Operation, StatusFailure};

/// A portal that lets a few keys through in each window, on a clock that a test moves.
#[derive(Default)]
struct Limited {
    calls: Mutex<VecDeque<Instant>>,
    requests: Mutex<u32>,
}

const WINDOW: Duration = Duration::from_secs(15 * 60);

impl Limited {
    fn answer(&self) -> Result<(), Error> {
        *self.requests.lock().unwrap() += 1;
        let mut calls = self.calls.lock().unwrap();
        while calls.front().is_some_and(|call| call.elapsed() >= WINDOW) {
            calls.pop_front();
        }
        if calls.len() < 5 {
            calls.push_back(Instant::now());
            return Ok(());
        }
        Err(refusal(429))
    }
}

fn refusal(status: u16) -> Error {
    let failure = StatusFailure::new(status, ErrorShape::Empty);
    let cause = Cause::Status(Box::new(failure));
    Error::new(Operation::CreateKey, "POST", "/api/2.0/keys", cause)
}

fn client(max_retries: u32) -> Client {
    let base_url = BaseUrl::parse("https://portal.example.com", false).unwrap();
    let mut config = Config::new(base_url, ApiKey::parse("sk-0").unwrap());
    config.max_retries = max_retries;
    Client::new(config).unwrap()
}

#[tokio::test(start_paused = true)]
async fn any_number_of_keys_comes_through_as_fast_as_the_portal_allows() {
    let (client, portal, allowance) = (client(3), Limited::default(), Allowance::default());
    let began = Instant::now();
    let send = || async { portal.answer() };
    let keys: Vec<_> = (0..12).map(|_| allowance.wait_for(&client, send)).collect();
    let mut came = 0;
    for key in futures_of(keys).await {
        key.unwrap();
        came += 1;
    }
    assert_eq!(came, 12);
    let took = began.elapsed();
    assert!(
        took >= WINDOW * 2 && took < WINDOW * 2 + WINDOW / 3,
        "{took:?}"
    );
    let requests = *portal.requests.lock().unwrap();
    assert!(requests < 12 + 7 + 2 * 20, "{requests}");
}

/// Runs all at the same time.
async fn futures_of<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, output) in futures.iter_mut().zip(&mut outputs) {
            if output.is_none()
                && let std::task::Poll::Ready(value) = future.as_mut().poll(context)
            {
                *output = Some(value);
            }
        }
        if outputs.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    outputs.into_iter().flatten().collect()
}

#[tokio::test(start_paused = true)]
async fn a_portal_that_lets_nothing_through_is_given_up_after_20_minutes() {
    let (client, allowance) = (client(3), Allowance::default());
    let began = Instant::now();
    let refused = allowance
        .wait_for(&client, || async { Err::<(), _>(refusal(429)) })
        .await;
    assert_eq!(refused.unwrap_err().status(), Some(429));
    let took = began.elapsed();
    assert!(took <= PATIENCE && took + LAST_PAUSE > PATIENCE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_every_wait_at_once() {
    let (client, allowance) = (client(3), Allowance::default());
    let began = Instant::now();
    let waits =
        [(); 2].map(|()| allowance.wait_for(&client, || async { Err::<(), _>(refusal(429)) }));
    let stop = async {
        sleep(Duration::from_secs(90)).await;
        client.stop();
        Ok(())
    };
    let [one, other] = waits;
    let (one, other, stopped) = tokio::join!(one, other, stop);
    stopped.map_err(|error: Error| error).unwrap();
    assert!(one.is_err() && other.is_err());
    assert_eq!(began.elapsed(), Duration::from_secs(90));
}

#[tokio::test(start_paused = true)]
async fn nothing_else_is_waited_for() {
    let allowance = Allowance::default();
    let began = Instant::now();
    for (retries, status) in [(3, 403), (3, 500), (0, 429)] {
        let client = client(retries);
        let refused = allowance.wait_for(&client, || async { Err::<(), _>(refusal(status)) });
        assert_eq!(refused.await.unwrap_err().status(), Some(status));
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
}
