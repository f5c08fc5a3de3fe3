//! Catching panics of the author's code where what it had recorded can still be reached (TPP §7.3 R7).

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::framework::diagnostics::Diagnostic;

/// Runs a future; a panic inside becomes a diagnostic. The panic's text is not repeated in it,
/// because it could hold a value.
pub(super) async fn catch_panic<T>(
    what: &str,
    future: impl Future<Output = T>,
) -> Result<T, Diagnostic> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // After a panic the future is not polled again, so no broken invariant can be seen.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_panic) => Poll::Ready(Err(Diagnostic::bug(format!(
                "The provider failed unexpectedly when it tried to {what}."
            )))),
        }
    })
    .await
}

/// Runs a future that can fail; a panic inside is a failure.
pub(super) async fn attempt<T>(
    what: &str,
    future: impl Future<Output = Result<T, Diagnostic>>,
) -> Result<T, Diagnostic> {
    catch_panic(what, future).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_a_diagnostic_without_its_text() {
        let result: Result<(), _> = catch_panic("test itself", async {
            tokio::task::yield_now().await;
            panic!("s3cret");
        })
        .await;
        let diagnostic = result.unwrap_err();
        assert!(diagnostic.detail.contains("test itself") && !diagnostic.detail.contains("s3cret"));
    }
}
