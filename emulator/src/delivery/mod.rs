//! Telling receivers what happens on the portal: events, messages, the journal and the way out.

pub(crate) mod event;
pub(crate) mod journal;
pub(crate) mod outbound;
pub(crate) mod payload;
pub(crate) mod resolver;
pub(crate) mod sending;
