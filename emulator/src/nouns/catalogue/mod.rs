//! The catalogue of triggers (API §6.6).

pub(crate) mod endpoints;
mod routes;
pub(crate) mod trigger;

use crate::nouns::Noun;

/// The triggers, as the portal lists them.
#[derive(Debug, Default)]
pub(crate) struct Catalogue;

impl Noun for Catalogue {}
