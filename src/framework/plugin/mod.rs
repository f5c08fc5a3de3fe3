//! stub
/// c
#[derive(Debug, Clone, Default)]
pub struct Calls;
impl Calls {
    /// s
    pub fn spawn<F>(&self, future: F) -> tokio::task::JoinHandle<F::Output>
    where F: Future + Send + 'static, F::Output: Send + 'static {
        tokio::spawn(future)
    }
}
/// c
#[derive(Debug, Clone, Copy)]
pub struct ConnectionId(pub u64);
