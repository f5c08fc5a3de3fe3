//! What a request does to the portal.

/// What a request does, which decides whether it may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Changes nothing.
    Read,
    /// Replaces a whole object: twice is the same as once.
    Replace,
    /// Removes an object: the second time finds nothing.
    Remove,
    /// Creates an object: twice creates two, or an error that hides the first.
    Create,
    /// Creates an API key: like a create, but a portal allows only a few of them in 15 minutes, and a refusal for that
    /// reason says nothing about other requests (API §9).
    CreateKey,
    /// Redelivers a journaled event: twice reaches the receiver twice.
    RetryDelivery,
}

impl Operation {
    /// Returns whether the portal's data or a receiver is affected.
    pub fn is_write(self) -> bool {
        self != Self::Read
    }

    /// Returns whether a request may be sent again although an earlier one may have been carried out.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Self::Read | Self::Replace | Self::Remove)
    }
}
