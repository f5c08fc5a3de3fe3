//! The data source `docspace_webhook`, and how every data source describes a webhook (product §5).

use async_trait::async_trait;

use super::health::{self, Health};
use super::model::{ENABLED, ID, NAME, SSL, TARGET_ID, TRIGGERS, URI};
use super::{read, version};
use crate::api::{Timestamp, UserId, WebhookId, WebhookListItem, WebhookSnapshot};
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::value::{Number, Object, Type, Value, normal_form};
use crate::provider::portal::{LivePortal, Portal};
use crate::provider::triggers::spell;
use crate::provider::zone::Zone;

/// How old the data that a data source reads may be.
pub(super) const FRESHNESS: &str = "While Terraform plans, everything is read from one list that is at most 30 seconds \
    old. While it applies, a data source is read again once a resource or action of this provider has begun to change \
    something, so it sees the changes of a script that it depends on. In an apply without such a change, it reads as \
    in a plan: the changes of a second script within 30 seconds may go unnoticed.";

/// What the dates mean.
pub(super) const DATES: &str = "Dates are UTC. The portal writes them in its own time zone, which is read with one \
    more request. If the portal does not tell its time zone, or names one that is not in the IANA database, they are \
    null; so is a date in the hour that its clock showed twice when it was set back. `healthy` does not depend on \
    this.";

const SUMMARY: &str = "Could not read the webhook";

/// The data source `docspace_webhook`.
#[derive(Debug)]
pub(super) struct WebhookDataSource;

#[async_trait]
impl DataSource<Portal> for WebhookDataSource {
    fn type_name(&self) -> &'static str {
        "docspace_webhook"
    }

    fn schema(&self) -> Schema {
        let schema = Schema::new(format!(
            "One webhook, found by its `id`, or by its `name`, with its `uri` if the name is not unique.\n\n\
             Any number of these data sources costs one request. The secret is absent because the portal never returns \
             it.\n\n\
             {DATES}\n\n{FRESHNESS}",
        ));
        let found_by = |description| Attribute::optional_computed(Type::String, description);
        schema
            .with_all(attributes())
            .with(
                ID,
                found_by("The webhook's id, which the portal assigns. Conflicts with `name` and `uri`.")
                    .check(check_id),
            )
            .with(
                NAME,
                found_by("The name shown in the portal. Without `id`, the webhook with exactly this name is read.")
                    .check(check_name),
            )
            .with(
                URI,
                found_by("The address of the receiver. Combine it with `name` to choose among webhooks of that name."),
            )
    }

    fn validate(&self, config: &Object, diagnostics: &mut Diagnostics) {
        diagnostics.extend(check_selection(config).err());
    }

    async fn read(
        &self,
        context: &Portal,
        config: Object,
        diagnostics: &mut Diagnostics,
    ) -> Result<Object, Diagnostic> {
        let portal = context.live()?;
        check_selection(&config)?;
        let selection = Selection::from_config(&config)?;
        let found = find(portal, &selection).await;
        diagnostics.extend(portal.long_wait());
        match found?.as_slice() {
            [item] => {
                let zone = portal.zone(diagnostics).await;
                describe(item, portal, zone)
            }
            [] => Err(selection.missing()),
            several => Err(selection.ambiguous(several)),
        }
    }
}

/// Returns everything that a data source shows of a webhook. The secret is absent: the portal never returns it.
pub(super) fn attributes() -> [(&'static str, Attribute); 16] {
    let of = |ty, description: &str| Attribute::computed(ty, description);
    [
        (
            ID,
            of(Type::String, "The webhook's id, which the portal assigns."),
        ),
        (NAME, of(Type::String, "The name shown in the portal.")),
        (URI, of(Type::String, "The address of the receiver.")),
        (
            TRIGGERS,
            of(
                Type::set(Type::String),
                "The events that are delivered: `All`, or names such as `FileUploaded`. A trigger that this \
                 provider does not know by name appears as the decimal number of its bit.",
            ),
        ),
        (ENABLED, of(Type::Bool, "Whether events are delivered.")),
        (
            SSL,
            of(
                Type::Bool,
                "Whether the receiver must use https with a valid certificate.",
            ),
        ),
        (
            TARGET_ID,
            of(
                Type::String,
                "The one entity whose events are delivered; null for all entities.",
            ),
        ),
        (
            "created_by",
            of(Type::String, "The id of the user who created the webhook."),
        ),
        (
            "created_on",
            of(Type::String, "When the webhook was created (RFC 3339)."),
        ),
        (
            "modified_on",
            of(
                Type::String,
                "When the webhook was last changed or delivered to (RFC 3339); null if never.",
            ),
        ),
        (
            "last_success_on",
            of(
                Type::String,
                "When a delivery last succeeded (RFC 3339); null if never.",
            ),
        ),
        (
            "last_failure_on",
            of(
                Type::String,
                "When a delivery last failed for good (RFC 3339); null if never.",
            ),
        ),
        (
            "last_failure_content",
            of(Type::String, "What the portal recorded about that failure."),
        ),
        (
            "last_status",
            of(
                Type::Number,
                "The HTTP status of the latest delivery that the portal counts as delivered; 0 if there is none.",
            ),
        ),
        ("healthy", of(Type::Bool, health::HEALTHY)),
        ("failure_reason", of(Type::String, health::FAILURE_REASON)),
    ]
}

/// Describes a webhook of the list by those attributes; `zone` is that of the portal.
///
/// # Errors
/// When the portal is older than 3.1, which has no triggers.
pub(super) fn describe(
    item: &WebhookListItem,
    portal: &LivePortal,
    zone: &Zone,
) -> Result<Object, Diagnostic> {
    let webhook = &item.webhook;
    let mask = webhook.triggers.ok_or_else(|| version::unsupported(None))?;
    let names = spell(mask);
    let date = |date: &Option<Timestamp>| zone.utc_text(date.as_ref());
    let health = Health::of(webhook, zone);
    Ok(Object::new()
        .with(ID, webhook.id.to_string())
        .with(NAME, webhook.name.as_str())
        .with(URI, webhook.uri.as_str())
        .with(TRIGGERS, Value::set(names.into_iter().map(Value::from)))
        .with(ENABLED, webhook.enabled)
        .with(SSL, webhook.ssl)
        .with(TARGET_ID, webhook.target_id.clone())
        .with(
            "created_by",
            webhook.created_by.as_ref().map(UserId::as_str),
        )
        .with("created_on", date(&webhook.created_on))
        .with("modified_on", date(&webhook.modified_on))
        .with("last_success_on", date(&webhook.last_success_on))
        .with("last_failure_on", date(&webhook.last_failure_on))
        .with("last_failure_content", webhook.last_failure_content.clone())
        .with("last_status", Number::from(item.status))
        .with("healthy", health.is_healthy())
        .with("failure_reason", health.reason(webhook, &portal.client)))
}

/// Fails unless a webhook exists, as far as the caller can see.
pub(super) async fn require(
    portal: &LivePortal,
    id: WebhookId,
    attribute: &str,
) -> Result<(), Diagnostic> {
    match read::find(portal, id).await?.webhook(id) {
        Some(_) => Ok(()),
        None => Err(Selection::Id(id).missing().at_attribute(attribute)),
    }
}

/// Checks the text of a webhook's number.
pub(super) fn check_id(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(text) = value.as_str() else { return };
    if text.parse::<WebhookId>().is_err() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid webhook id",
                format!(
                    "{text:?} is not the number of a webhook. Expected a whole number from 1 to {} without leading \
                     zeros, such as \"17\".",
                    WebhookId::MAX
                ),
            )
            .at(path.clone()),
        );
    }
}

fn check_name(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    if value.as_str().is_some_and(|name| name.trim().is_empty()) {
        diagnostics.push(
            Diagnostic::error(
                "Webhook name is blank",
                "No webhook has a blank name. Give the name that the portal shows, or the id instead.",
            )
            .at(path.clone()),
        );
    }
}

/// Checks that a webhook is selected in exactly one way, as far as the values are known.
fn check_selection(config: &Object) -> Result<(), Diagnostic> {
    let is_set = |name: &str| !config.get(name).is_null() && !config.get(name).is_unknown();
    if is_set(ID)
        && let Some(other) = [NAME, URI].into_iter().find(|name| is_set(name))
    {
        return Err(Diagnostic::error(
            "Webhook specified twice",
            format!(
                "id alone identifies a webhook, so {other} has no effect. Keep id, or remove it to find the webhook by \
                 name, together with uri if the name is not unique."
            ),
        )
        .at_attribute(other));
    }
    if !config.get(ID).is_null() || !config.get(NAME).is_null() {
        return Ok(());
    }
    let (detail, attribute) = if config.get(URI).is_null() {
        ("Neither id nor name is set.", None)
    } else {
        ("uri alone does not identify a webhook.", Some(URI))
    };
    let missing = Diagnostic::error(
        "Webhook not specified",
        format!("{detail} Set id, or name, together with uri if the name is not unique."),
    );
    Err(match attribute {
        Some(attribute) => missing.at_attribute(attribute),
        None => missing,
    })
}

/// How a configuration selects one webhook.
#[derive(Debug)]
enum Selection {
    Id(WebhookId),
    Name { name: String, uri: Option<String> },
}

impl Selection {
    fn from_config(config: &Object) -> Result<Self, Diagnostic> {
        if let Some(name) = config.get(NAME).as_str() {
            return Ok(Self::Name {
                name: name.to_owned(),
                uri: config.get(URI).as_str().map(str::to_owned),
            });
        }
        let id = config.get(ID).as_str().and_then(|id| id.parse().ok());
        id.map(Self::Id)
            .ok_or_else(|| Diagnostic::bug("A webhook to read has neither an id nor a name."))
    }

    /// Returns what is selected, by ascending id. Texts are compared in the form in which Terraform
    /// keeps them (TPP §6.7).
    fn pick(&self, snapshot: &WebhookSnapshot) -> Vec<WebhookListItem> {
        match self {
            Self::Id(id) => snapshot.item(*id).into_iter().collect(),
            Self::Name { name, uri } => snapshot
                .items()
                .filter(|item| normal_form(&item.webhook.name) == *name)
                .filter(|item| {
                    uri.as_ref()
                        .is_none_or(|uri| normal_form(&item.webhook.uri) == *uri)
                })
                .collect(),
        }
    }

    fn missing(&self) -> Diagnostic {
        let advice = match self {
            Self::Id(_) => "",
            Self::Name { .. } => "Names and addresses are compared exactly. ",
        };
        let (attribute, what) = match self {
            Self::Id(id) => (ID, format!("the id {id}")),
            Self::Name { name, uri: None } => (NAME, format!("the name {name:?}")),
            Self::Name {
                name,
                uri: Some(uri),
            } => (NAME, format!("the name {name:?} and the uri {uri:?}")),
        };
        Diagnostic::error(
            "No such webhook",
            format!(
                "The portal shows no webhook with {what}. {advice}Look it up in the portal under Developer Tools, Webhooks; a key that is not an administrator's sees only its owner's \
                 webhooks."
            ),
        )
        .at_attribute(attribute)
    }

    fn ambiguous(&self, found: &[WebhookListItem]) -> Diagnostic {
        let ids: Vec<String> = found
            .iter()
            .map(|item| item.webhook.id.to_string())
            .collect();
        let ids = ids.join(", ");
        let detail = match self {
            Self::Name { name, uri: None } => format!(
                "The portal has {} webhooks named {name:?}: {ids}. Add the uri of the one you mean, or give its id \
                 instead.",
                found.len()
            ),
            Self::Name { name, .. } => format!(
                "The portal has {} webhooks named {name:?} with this uri: {ids}. Give the id of the one you mean \
                 instead.",
                found.len()
            ),
            Self::Id(id) => format!("The portal has several webhooks with the id {id}."),
        };
        Diagnostic::error("Several webhooks match", detail).at_attribute(NAME)
    }
}

/// Finds what is selected. What the first list lacks must be missing from a second one too.
async fn find(
    portal: &LivePortal,
    selection: &Selection,
) -> Result<Vec<WebhookListItem>, Diagnostic> {
    let explain = |error| portal.explain(SUMMARY, &error);
    let snapshot = portal.current_list().await.map_err(explain)?;
    let found = selection.pick(&snapshot);
    if !found.is_empty() {
        return Ok(found);
    }
    let confirmed = portal
        .webhooks()
        .list
        .confirm(&snapshot)
        .await
        .map_err(explain)?;
    Ok(selection.pick(&confirmed))
}
