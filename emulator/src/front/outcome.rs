//! What becomes of a request on its connection.

use std::time::Duration;

use crate::front::answer::Answer;

/// What happens on the connection.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// An answer in one piece.
    Answer(Answer),
    /// An answer that breaks off after this many bytes of its body.
    Truncated(Answer, usize),
    /// An answer in pieces of this size with this pause between them.
    Paced(Answer, usize, Duration),
    /// Nothing until the client leaves.
    Stalled,
    /// A TCP reset.
    Reset,
    /// An orderly close.
    Closed,
}

impl Outcome {
    /// Changes an answer that is sent whole.
    pub(crate) fn map(self, change: impl FnOnce(Answer) -> Answer) -> Self {
        match self {
            Self::Answer(answer) => Self::Answer(change(answer)),
            Self::Paced(answer, size, pause) => Self::Paced(change(answer), size, pause),
            other => other,
        }
    }

    /// Status and body length for the log, when there is an answer.
    pub(crate) fn sent(&self) -> Option<(u16, usize)> {
        match self {
            Self::Answer(answer) | Self::Paced(answer, ..) => {
                Some((answer.status.as_u16(), answer.body.len()))
            }
            Self::Truncated(answer, kept) => Some((answer.status.as_u16(), *kept)),
            Self::Stalled | Self::Reset | Self::Closed => None,
        }
    }
}
