//! What the portal says about itself, and what can be set (API §3.3, §3.4, §7.2).

pub(crate) mod body;
pub(crate) mod endpoints;
pub(crate) mod password;
mod routes;

use crate::nouns::Noun;

/// What is set for the whole portal.
#[derive(Debug, Default)]
pub(crate) struct PortalSettings;

impl Noun for PortalSettings {}
