//! The data source `docspace_user`: one person, found by the id or by the address.
//!
//! Each costs one request. A list would show less to a key that is not an administrator's, and nothing at all to a
//! user's; and it takes a request for every hundred people, while a configuration names a few.

use async_trait::async_trait;

use super::model::{EMAIL, ID, attributes, describe};
use crate::api::{Error, Person};
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value};
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::selection::{check_guid, check_one_of, guid};

const SUMMARY: &str = "Could not read the user";

/// The data source `docspace_user`.
#[derive(Debug)]
pub(super) struct User;

#[async_trait]
impl DataSource<Portal> for User {
    fn type_name(&self) -> &'static str {
        "docspace_user"
    }

    fn schema(&self) -> Schema {
        let schema = Schema::new(
            "One person of the portal, found by `id` or by `email`; this includes disabled people and those who were \
             only invited.\n\nEach costs one request. To look up many people, read `docspace_users` once and choose \
             from its list. A restricted API key needs `accounts:read` to find people by `email`. Guests are shown to \
             administrators and to whoever invited them.",
        );
        let found_by = |description| Attribute::optional_computed(Type::String, description);
        schema
            .with_all(attributes())
            .with(
                ID,
                found_by(
                    "The person's id, a GUID in lower case, as the `target_id` of a webhook expects it. Conflicts with \
                     `email`.",
                )
                .check(check_guid),
            )
            .with(
                EMAIL,
                found_by("The person's whole e-mail address, in upper or lower case. Conflicts with `id`.")
                    .check(check_email),
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
        let read = read(portal, &config).await;
        diagnostics.extend(portal.long_wait());
        read
    }
}

fn check(config: &Object) -> Result<(), Diagnostic> {
    check_one_of(config, "User", [ID, EMAIL])
}

/// Checks the shape of an address, as far as every portal demands it.
fn check_email(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    let is_address = text
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if !is_address {
        diagnostics.push(
            Diagnostic::error(
                "Invalid address",
                format!(
                    "{text:?} is not an e-mail address. Expected the whole address, such as \"jane@example.com\", and \
                     nothing else."
                ),
            )
            .at(path.clone()),
        );
    }
}

async fn read(portal: &LivePortal, config: &Object) -> Result<Object, Diagnostic> {
    match find(portal, config).await {
        Ok(person) => Ok(as_spelled(config, describe(&person))),
        Err(error) if error.is_not_found() => Err(missing(config)),
        Err(error) => Err(portal.explain(SUMMARY, &error)),
    }
}

/// Keeps the spelling of the address that the configuration gives.
fn as_spelled(config: &Object, described: Object) -> Object {
    let email = config.get(EMAIL);
    if email.is_null() {
        return described;
    }
    described.with(EMAIL, email.clone())
}

async fn find(portal: &LivePortal, config: &Object) -> Result<Person, Error> {
    if let Some(id) = guid(config, ID) {
        return portal.client.person(id).await;
    }
    let email = config.get(EMAIL).as_str().unwrap_or_default();
    portal.client.person_by_email(email).await
}

fn missing(config: &Object) -> Diagnostic {
    let (attribute, named) = if config.get(ID).is_null() {
        let email = config.get(EMAIL).as_str().unwrap_or_default();
        (EMAIL, format!("the address {email:?}"))
    } else {
        let id = config.get(ID).as_str().unwrap_or_default();
        (ID, format!("the id {id}"))
    };
    Diagnostic::error(
        "No such user",
        format!(
            "The portal has no person with {named}; the person may have been removed. Look at the portal's list of \
             people, and correct {attribute}."
        ),
    )
    .at_attribute(attribute)
}
