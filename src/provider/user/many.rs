//! The data source `docspace_users`: everyone whom the caller sees.

use async_trait::async_trait;

use super::filter::{UserFilter, with_filters};
use super::model::{attributes, describe};
use crate::api::Person;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Object, Value};
use crate::provider::portal::{LivePortal, Portal};

const USERS: &str = "users";

/// The data source `docspace_users`.
#[derive(Debug)]
pub(super) struct Users;

#[async_trait]
impl DataSource<Portal> for Users {
    fn type_name(&self) -> &'static str {
        "docspace_users"
    }

    fn schema(&self) -> Schema {
        with_filters(Schema::new(
            "The people of the portal, or those who match every filter. Administrators see everyone; room \
             administrators see only their own guests, and no one who is disabled; users and guests may not list \
             people. A restricted API key needs `accounts:read`.\n\nAny number of these data sources costs one request \
             for every hundred people, except those with a `group_id`.",
        ))
        .with(
            USERS,
            Attribute::nested(Nesting::List, attributes(), "The people, by ascending id."),
        )
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        let read = read(portal, config).await;
        diagnostics.extend(portal.long_wait());
        read
    }
}

async fn read(portal: &LivePortal, config: Object) -> Result<Object, Diagnostic> {
    let filter = UserFilter::from_config(&config);
    let matches = |person: &Person| filter.matches(person);
    let described = |person: Person| Value::Object(describe(&person));
    let found: Result<Vec<Value>, _> = if let Some(group) = filter.group {
        let members = portal.client.people(Some(group)).await;
        members.map(|people| people.into_iter().filter(matches).map(described).collect())
    } else {
        let everybody = portal.listed::<Person>().await;
        everybody.map(|list| list.items().filter(matches).map(described).collect())
    };
    let users = found.map_err(|error| portal.explain("Could not list the users", &error))?;
    Ok(config.with(USERS, Value::List(users)))
}
