//! The data source `docspace_current_key`: whose key the provider runs with, what it may do, and when it expires (IH
//! §3, §8).

use async_trait::async_trait;

use super::model::{CREATED_ON, EXPIRES_AT, ID, KEY_POSTFIX, NAME, PERMISSIONS};
use crate::api::CurrentUser;
use crate::api::keys::Key;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Object, Type, Value};
use crate::provider::dates;
use crate::provider::people::{plain, role};
use crate::provider::portal::{LivePortal, Portal};

const CAN_WRITE: &str = "can_write";
const USER_ID: &str = "user_id";
const DISPLAY_NAME: &str = "display_name";
const ROLE: &str = "role";

const SUMMARY: &str = "Could not read the current API key";

/// The data source `docspace_current_key`.
#[derive(Debug)]
pub(super) struct CurrentKey;

#[async_trait]
impl DataSource<Portal> for CurrentKey {
    fn type_name(&self) -> &'static str {
        "docspace_current_key"
    }

    fn schema(&self) -> Schema {
        let text = |description: &str| Attribute::computed(Type::String, description);
        Schema::new(
            "The API key that the provider runs with: whose it is, what it may do, and when it expires. Needs DocSpace \
             3.1.1 or later, but no permission; the person's name and role need `accounts.self:read`, which `*:read` \
             and `*:write` include.",
        )
        .with(ID, text("The key's id, a GUID."))
        .with(NAME, text("The key's name."))
        .with(KEY_POSTFIX, text("The last four characters of the key."))
        .with(
            PERMISSIONS,
            Attribute::computed(
                Type::set(Type::String),
                "What the key may do; `*` alone for everything that its owner may do.",
            ),
        )
        .with(
            CAN_WRITE,
            Attribute::computed(
                Type::Bool,
                "Whether the key may change webhooks, keys and settings: it is unrestricted or has `*:write`. What the \
                 person may not do, the key may not either.",
            ),
        )
        .with(CREATED_ON, text("When the key was created, in RFC 3339."))
        .with(
            EXPIRES_AT,
            text("When the key expires, in RFC 3339. Null for a key that never does."),
        )
        .with(USER_ID, text("The id of the person for whom the key acts, a GUID."))
        .with(
            DISPLAY_NAME,
            text("The person's name. Null when the key may not read it."),
        )
        .with(
            ROLE,
            text(
                "The person's role: `owner`, `admin`, `room_admin`, `user` or `guest`. Null when the key may not read it.",
            ),
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
    let own_key = portal.own_key().await;
    let own_key = own_key.map_err(|error| portal.explain(SUMMARY, &error))?;
    let key = own_key.ok_or_else(no_key)?;
    let person = match portal.caller().await {
        Ok(person) => Some(person),
        // Reading the key itself needs no permission, so the rest must not need one either.
        Err(error) if error.is_scope_refused() => None,
        Err(error) => return Err(portal.explain(SUMMARY, &error)),
    };
    Ok(described(config, key, person))
}

fn described(config: Object, key: &Key, person: Option<&CurrentUser>) -> Object {
    let permissions = key.permissions.names().map(Value::from);
    let user_id = person
        .map(|person| &person.id)
        .or(key.created_by.as_ref())
        .map(ToString::to_string);
    let display_name = person.and_then(|person| person.display_name.as_deref());
    config
        .with(ID, key.id.to_string())
        .with(NAME, key.name.as_str())
        .with(KEY_POSTFIX, key.postfix.as_str())
        .with(PERMISSIONS, Value::set(permissions))
        .with(CAN_WRITE, key.permissions.allow_all_changes())
        .with(CREATED_ON, dates::told(key.created_on.as_ref()))
        .with(EXPIRES_AT, dates::told(key.expires_at.as_ref()))
        .with(USER_ID, user_id)
        .with(DISPLAY_NAME, display_name.map(plain))
        .with(ROLE, person.map(role))
}

fn no_key() -> Diagnostic {
    Diagnostic::error(
        "The provider runs without an API key",
        "The portal cannot tell which API key this is: api_key (or DOCSPACE_API_KEY) holds another kind of token, or the \
         portal is older than DocSpace 3.1.1. Use an API key, which begins with sk-, or upgrade the portal.",
    )
}
