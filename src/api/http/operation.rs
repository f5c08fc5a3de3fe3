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
    /// Makes a new object: twice makes two, or an error that hides the first.
    Create,
    /// Makes a new API key: as a create, but a portal allows a few of them in 15 minutes only, and a refusal for that says
    /// nothing about other requests (API §9).
    CreateKey,
    /// Delivers a journaled event again: twice reaches the receiver twice.
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
