//! The data source `docspace_group`: one group, found by its id or by its name. A group by id costs a request; any
//! number of groups by name share one list.

use async_trait::async_trait;

use super::model::{ID, NAME, attributes, describe};
use crate::api::groups::Group;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, normal_form};
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::selection::{check_guid, check_one_of, guid};

const SUMMARY: &str = "Could not read the group";

/// The data source `docspace_group`.
#[derive(Debug)]
pub(super) struct OneGroup;

#[async_trait]
impl DataSource<Portal> for OneGroup {
    fn type_name(&self) -> &'static str {
        "docspace_group"
    }

    fn schema(&self) -> Schema {
        let schema = Schema::new(
            "One group of people, found by `id`, or by `name` when exactly one group has it.\n\nBy `id` it costs one \
             request; by `name`, any number of these data sources costs one request for every hundred groups. Owner, \
             administrators and room administrators may read groups; users and guests may not. A restricted API key \
             needs `accounts:read`.",
        );
        let found_by = |description| Attribute::optional_computed(Type::String, description);
        schema
            .with_all(attributes())
            .with(
                ID,
                found_by(
                    "The group's id, a GUID in lower case, as the `target_id` of a webhook expects it. It also finds \
                     the groups that the portal maintains itself. Conflicts with `name`.",
                )
                .check(check_guid),
            )
            .with(
                NAME,
                found_by("The name, compared exactly. Conflicts with `id`."),
            )
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        diagnostics.extend(check(config).err());
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        check(&config)?;
        let read = match config.get(NAME).as_str() {
            Some(name) => by_name(portal, name).await,
            None => by_id(portal, &config).await,
        };
        diagnostics.extend(portal.long_wait());
        read
    }
}

fn check(config: &Object) -> Result<(), Diagnostic> {
    check_one_of(config, "Group", [ID, NAME])
}

async fn by_id(portal: &LivePortal, config: &Object) -> Result<Object, Diagnostic> {
    let Some(id) = guid(config, ID) else {
        return Err(Diagnostic::bug(
            "A group to read has neither an id nor a name.",
        ));
    };
    match portal.client.group(id).await {
        Ok(group) => Ok(describe(&group)),
        Err(error) if error.is_not_found() => Err(missing(ID, &format!("the id {id}"))),
        Err(error) => Err(portal.explain(SUMMARY, &error)),
    }
}

async fn by_name(portal: &LivePortal, name: &str) -> Result<Object, Diagnostic> {
    let list = portal.listed::<Group>().await;
    let list = list.map_err(|error| portal.explain(SUMMARY, &error))?;
    let groups = list.items();
    let found: Vec<Group> = groups
        .filter(|group| normal_form(&group.name) == name)
        .collect();
    match found.as_slice() {
        [group] => Ok(describe(group).with(NAME, name)),
        [] => Err(missing(NAME, &format!("the name {name:?}"))),
        several => Err(ambiguous(name, several)),
    }
}

fn missing(attribute: &str, named: &str) -> Diagnostic {
    let advice = if attribute == NAME {
        " Names are compared exactly."
    } else {
        ""
    };
    Diagnostic::error(
        "No such group",
        format!(
            "The portal has no group with {named}.{advice} Look at the portal's list of groups, and correct {attribute}."
        ),
    )
    .at_attribute(attribute)
}

fn ambiguous(name: &str, groups: &[Group]) -> Diagnostic {
    let ids: Vec<String> = groups.iter().map(|group| group.id.to_string()).collect();
    Diagnostic::error(
        "Several groups match",
        format!(
            "The portal has {} groups named {name:?}: {}. Give the id of the one you mean instead.",
            groups.len(),
            ids.join(", ")
        ),
    )
    .at_attribute(NAME)
}
