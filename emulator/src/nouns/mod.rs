//! What the portal has: a folder for each noun.

pub(crate) mod catalogue;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod people;
pub(crate) mod settings;
pub(crate) mod webhooks;
