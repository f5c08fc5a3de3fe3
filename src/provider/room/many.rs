//! The data source `docspace_rooms`: all rooms that the caller sees.

use async_trait::async_trait;

use super::model::{ARCHIVED, OWNER_ID, TYPE, TYPES, attributes, describe, type_names, type_of};
use crate::api::rooms::Room;
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Object, Type, Value, normal_form};
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::selection::{check_guid, check_name_or_number, described, guid};

const ROOMS: &str = "rooms";
const TITLE_PREFIX: &str = "title_prefix";

/// The data source `docspace_rooms`.
#[derive(Debug)]
pub(super) struct Rooms;

#[async_trait]
impl DataSource<Portal> for Rooms {
    fn type_name(&self) -> &'static str {
        "docspace_rooms"
    }

    fn schema(&self) -> Schema {
        with_filters(Schema::new(
            "The active and the archived rooms, or those that match every filter. Administrators see all rooms, others \
             their own and those that they are members of. A restricted API key needs `rooms:read`. Templates are left \
             out, and so are rooms on third-party storage, which have no number.\n\nAny number of these data sources \
             costs one request for every hundred rooms.",
        ))
        .with(
            ROOMS,
            Attribute::nested(Nesting::List, attributes(), "The rooms, by ascending id."),
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

fn with_filters(schema: Schema) -> Schema {
    schema
        .with(
            TITLE_PREFIX,
            Attribute::optional(
                Type::String,
                "Only rooms whose title begins with this, compared exactly.",
            ),
        )
        .with(
            TYPE,
            Attribute::optional(
                Type::String,
                format!(
                    "Only rooms of this type: {}, or the portal's number of another one.",
                    described(&type_names())
                ),
            )
            .check(check_type),
        )
        .with(
            ARCHIVED,
            Attribute::optional(
                Type::Bool,
                "Only archived, or only active, rooms. Omit it for both.",
            ),
        )
        .with(
            OWNER_ID,
            Attribute::optional(
                Type::String,
                "Only rooms that the person with this id, a GUID, owns.",
            )
            .check(check_guid),
        )
}

fn check_type(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    check_name_or_number(path, value, ("room type", &TYPES), diagnostics);
}

async fn read(portal: &LivePortal, config: Object) -> Result<Object, Diagnostic> {
    let list = portal.listed::<Room>().await;
    let list = list.map_err(|error| portal.explain("Could not list the rooms", &error))?;
    let owner = guid(&config, OWNER_ID);
    let archived = config.get(ARCHIVED).as_bool();
    let prefix = config.get(TITLE_PREFIX).as_str();
    let kind = config.get(TYPE).as_str();
    let is_wanted = |room: &Room| {
        let begins = |prefix| normal_form(&room.title).starts_with(prefix);
        owner.is_none_or(|id| room.owner == Some(id))
            && archived.is_none_or(|wanted| wanted == room.is_archived)
            && prefix.is_none_or(begins)
            && kind.is_none_or(|kind| kind == type_of(room))
    };
    let rooms = list.items().filter(is_wanted);
    let rooms = rooms.map(|room| Value::Object(describe(portal, &room)));
    let rooms = rooms.collect();
    Ok(config.with(ROOMS, Value::List(rooms)))
}
