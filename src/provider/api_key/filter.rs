//! What the data source and the list resource choose keys by.

use super::model::{CREATED_BY, EXPIRED, IS_ACTIVE};
use crate::api::keys::Key;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type};
use crate::provider::expiry;
use crate::provider::selection::check_guid;

const NAME_PREFIX: &str = "name_prefix";

/// Adds the filters.
pub(super) fn with_filters(schema: Schema) -> Schema {
    schema
        .with(
            IS_ACTIVE,
            Attribute::optional(
                Type::Bool,
                "Only keys that are switched on, or only those that are not.",
            ),
        )
        .with(
            EXPIRED,
            Attribute::optional(
                Type::Bool,
                "Only keys that have expired, or only those that have not.",
            ),
        )
        .with(
            CREATED_BY,
            Attribute::optional(
                Type::String,
                "Only keys of the person with this id, a GUID.",
            )
            .check(check_guid),
        )
        .with(
            NAME_PREFIX,
            Attribute::optional(
                Type::String,
                "Only keys whose name begins with this, compared exactly.",
            ),
        )
}

/// The conditions that a key must meet.
#[derive(Debug, Default)]
pub(super) struct KeyFilter {
    is_active: Option<bool>,
    is_expired: Option<bool>,
    created_by: Option<String>,
    name_prefix: Option<String>,
}

impl KeyFilter {
    pub(super) fn from_config(config: &Object) -> Self {
        let text = |name: &str| config.get(name).as_str().map(str::to_owned);
        Self {
            is_active: config.get(IS_ACTIVE).as_bool(),
            is_expired: config.get(EXPIRED).as_bool(),
            created_by: text(CREATED_BY),
            name_prefix: text(NAME_PREFIX),
        }
    }

    pub(super) fn matches(&self, key: &Key) -> bool {
        let is_by = |id: &String| {
            let creator = key.created_by.as_ref();
            creator.is_some_and(|creator| creator.as_str() == id)
        };
        self.is_active.is_none_or(|wanted| wanted == key.is_active)
            && self
                .is_expired
                .is_none_or(|wanted| wanted == expiry::is_over(key.expires_at.as_ref(), 0))
            && self.created_by.as_ref().is_none_or(is_by)
            && self
                .name_prefix
                .as_ref()
                .is_none_or(|prefix| key.name.starts_with(prefix.as_str()))
    }
}
