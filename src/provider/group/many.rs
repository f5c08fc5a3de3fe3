//! The data source `docspace_groups`: all groups of the portal.

use async_trait::async_trait;

use super::model::{attributes, describe};
use crate::api::groups::Group;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Object, Type, Value, normal_form};
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::selection::{check_guid, guid};

const GROUPS: &str = "groups";
const NAME_PREFIX: &str = "name_prefix";
const MANAGER_ID: &str = "manager_id";

/// The data source `docspace_groups`.
#[derive(Debug)]
pub(super) struct Groups;

#[async_trait]
impl DataSource<Portal> for Groups {
    fn type_name(&self) -> &'static str {
        "docspace_groups"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The groups of people that the portal lists, or those that match every filter. Owner, administrators and \
             room administrators may read groups; users and guests may not. A restricted API key needs \
             `accounts:read`.\n\nAny number of these data sources costs one request for every hundred groups.",
        )
        .with(
            NAME_PREFIX,
            Attribute::optional(
                Type::String,
                "Only groups whose name begins with this, compared exactly.",
            ),
        )
        .with(
            MANAGER_ID,
            Attribute::optional(
                Type::String,
                "Only groups that the person with this id, a GUID, manages.",
            )
            .check(check_guid),
        )
        .with(
            GROUPS,
            Attribute::nested(Nesting::List, attributes(), "The groups, by ascending id."),
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
    let list = portal.listed::<Group>().await;
    let list = list.map_err(|error| portal.explain("Could not list the groups", &error))?;
    let manager = guid(&config, MANAGER_ID);
    let prefix = config.get(NAME_PREFIX).as_str();
    let is_wanted = |group: &Group| {
        let begins = |prefix| normal_form(&group.name).starts_with(prefix);
        manager.is_none_or(|id| group.manager == Some(id)) && prefix.is_none_or(begins)
    };
    let groups = list.items().filter(is_wanted);
    let groups = groups
        .map(|group| Value::Object(describe(&group)))
        .collect();
    Ok(config.with(GROUPS, Value::List(groups)))
}
