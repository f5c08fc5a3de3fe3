//! The schema of `docspace_webhook_deliveries`, its checks, and how an entry is described.

use super::clock::Entry;
use super::journal::JournalFilter;
use crate::api::{Client, StatusGroups, Timestamp};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::value::{Number, Object, SecretText, Type, Value};
use crate::provider::dates;
use crate::provider::triggers::{ALL, TRIGGER, check_trigger, spell};
use crate::provider::webhook::data_source::check_id;

pub(super) const WEBHOOK_ID: &str = "webhook_id";
pub(super) const FROM: &str = "from";
pub(super) const TO: &str = "to";
pub(super) const LIMIT: &str = "limit";
pub(super) const INCLUDE_PAYLOADS: &str = "include_payloads";
pub(super) const TRUNCATED: &str = "truncated";
pub(super) const DELIVERIES: &str = "deliveries";
const STATUS_GROUPS: &str = "status_groups";

/// How many entries are returned unless the configuration says otherwise.
pub(super) const DEFAULT_LIMIT: usize = 100;
/// Keeps a state readable: an entry with its payloads takes several kilobytes.
const MAX_LIMIT: usize = 10_000;

/// The names of the portal's status groups (API §6.7).
const GROUPS: [(&str, StatusGroups); 5] = [
    ("not_sent", StatusGroups::NOT_SENT),
    ("2xx", StatusGroups::STATUS_2XX),
    ("3xx", StatusGroups::STATUS_3XX),
    ("4xx", StatusGroups::STATUS_4XX),
    ("5xx", StatusGroups::STATUS_5XX),
];

/// Returns the schema.
pub(super) fn schema() -> Schema {
    with_filters(Schema::new(
        "The portal's delivery journal, newest first: what was sent to which receiver, and what it answered. It \
         covers the webhooks that the API key's owner may see, but not deleted ones.\n\n\
         Dates are UTC. The portal writes them in its own time zone; the provider corrects them with the dates in the \
         delivery bodies. Where no body tells, they are null, and `from` and `to` use the portal's own dates.",
    ))
    .with(
        LIMIT,
        Attribute::optional_computed(
            Type::Number,
            format!(
                "The maximum number of deliveries to return, newest first, from 1 to {MAX_LIMIT}. Defaults to \
                 {DEFAULT_LIMIT}. The journal is read in pages of 100."
            ),
        )
        .check(check_limit),
    )
    .with(
        INCLUDE_PAYLOADS,
        Attribute::optional_computed(
            Type::Bool,
            "Whether to return the headers and bodies of requests and responses, which then are stored in the \
             state. They contain portal content. Defaults to `false`.",
        ),
    )
    .with(
        TRUNCATED,
        Attribute::computed(
            Type::Bool,
            "Whether more deliveries match than `limit` allows; the oldest ones are left out.",
        ),
    )
    .with(
        DELIVERIES,
        Attribute::nested(Nesting::List, attributes(), "The deliveries, newest first."),
    )
}

fn with_filters(schema: Schema) -> Schema {
    schema
        .with(
            WEBHOOK_ID,
            Attribute::optional(
                Type::String,
                "Only deliveries of the webhook with this id, which must exist. Omit it for those of all webhooks.",
            )
            .check(check_id),
        )
        .with(
            FROM,
            Attribute::optional(
                Type::String,
                "Only events that were queued at this moment or later (RFC 3339). With \
                 `timeadd(plantimestamp(), \"-24h\")` the journal is read while planning.",
            )
            .check(dates::check),
        )
        .with(
            TO,
            Attribute::optional(
                Type::String,
                "Only events that were queued at this moment or earlier (RFC 3339).",
            )
            .check(dates::check),
        )
        .with(
            TRIGGER,
            Attribute::optional(
                Type::String,
                "Only events of this one trigger, such as `FileUploaded`.",
            )
            .check(check_trigger)
            .check(check_one_event),
        )
        .with(
            STATUS_GROUPS,
            Attribute::optional(
                Type::set(Type::String),
                format!(
                    "Only deliveries with one of these outcomes: {}. `not_sent` covers deliveries that wait, \
                     and those for which no connection to the receiver could be made; a timeout counts as `5xx`.",
                    group_names("`")
                ),
            )
            .check(check_groups),
        )
}

fn attributes() -> [(&'static str, Attribute); 12] {
    let of = |ty, description: &str| Attribute::computed(ty, description);
    let payload = |what: &str| {
        Attribute::computed(
            Type::Secret,
            format!("{what} Null unless `include_payloads` is true."),
        )
    };
    [
        (
            "id",
            of(
                Type::String,
                "The journal's id of the delivery. A redelivery gets a new one.",
            ),
        ),
        (
            WEBHOOK_ID,
            of(
                Type::String,
                "The id of the webhook; null where the body that was sent does not tell it.",
            ),
        ),
        ("webhook_name", of(Type::String, "The name of the webhook.")),
        (
            TRIGGER,
            of(
                Type::String,
                "The event, such as `FileUploaded`, or the decimal number of its bit.",
            ),
        ),
        (
            "created_on",
            of(Type::String, "When the event was queued (RFC 3339)."),
        ),
        (
            "delivered_on",
            of(
                Type::String,
                "When the receiver accepted it (RFC 3339); null for deliveries that wait or have failed.",
            ),
        ),
        (
            "status",
            of(
                Type::Number,
                "The HTTP status of the receiver's answer; 0 for deliveries that wait or got no answer.",
            ),
        ),
        (
            "failure_reason",
            of(
                Type::String,
                "Why the delivery failed, in one line and without content of the portal or of the receiver's answer; null \
                 for deliveries that succeeded or wait.",
            ),
        ),
        (
            "request_headers",
            payload("The headers that were sent, as JSON from name to values."),
        ),
        ("request_payload", payload("The body that was sent.")),
        (
            "response_headers",
            payload("The headers of the receiver's answer, as JSON from name to values."),
        ),
        (
            "response_payload",
            payload("The body of the receiver's answer."),
        ),
    ]
}

/// Describes one entry that was found with this filter. Its dates are UTC.
pub(super) fn describe(entry: Entry, filter: &JournalFilter, client: &Client) -> Object {
    let Entry {
        delivery,
        ahead,
        failure,
    } = entry;
    let date = |date: Option<&Timestamp>| dates::text_ahead(date, ahead);
    let webhook = delivery.sent.and_then(|sent| sent.webhook);
    let failure = failure.map(|text| client.quote(&text).as_str().to_owned());
    let secret = |text: Option<secrecy::SecretString>| text.map(SecretText::from);
    let event = delivery.trigger.map(|mask| spell(mask).join(","));
    Object::new()
        .with("id", delivery.id.to_string())
        .with(
            WEBHOOK_ID,
            filter.webhook.or(webhook).map(|id| id.to_string()),
        )
        .with("webhook_name", delivery.webhook_name)
        .with(TRIGGER, event)
        .with("created_on", date(delivery.created_on.as_ref()))
        .with("delivered_on", date(delivery.delivered_on.as_ref()))
        .with("status", Number::from(delivery.status))
        .with("failure_reason", failure)
        .with("request_headers", secret(delivery.request_headers))
        .with("request_payload", secret(delivery.request_payload))
        .with("response_headers", secret(delivery.response_headers))
        .with("response_payload", secret(delivery.response_payload))
}

/// Returns the status groups of a configuration, joined.
pub(super) fn status_groups(config: &Object) -> Option<StatusGroups> {
    let names = config.get(STATUS_GROUPS).as_elements()?;
    names
        .iter()
        .filter_map(|name| group(name.as_str()?))
        .reduce(|one, other| one | other)
}

/// Returns a limit that is within its range.
pub(super) fn limit(value: &Value) -> Option<usize> {
    let limit = usize::try_from(value.as_number()?.to_u64()?).ok()?;
    (1..=MAX_LIMIT).contains(&limit).then_some(limit)
}

/// Checks that the time range is not empty, once both ends are known.
pub(super) fn check_range(config: &Object, diagnostics: &mut Diagnostics) {
    let date = |name: &str| config.get(name).as_str().and_then(dates::parse);
    if let (Some(from), Some(to)) = (date(FROM), date(TO))
        && from > to
    {
        diagnostics.push(
            Diagnostic::error(
                "Empty time range",
                "from is later than to, so no delivery can match. Swap them, or omit one.",
            )
            .at_attribute(FROM),
        );
    }
}

fn check_limit(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(number) = value.as_number() else {
        return;
    };
    if limit(value).is_none() {
        let detail =
            format!("{number} is not accepted. Expected a whole number from 1 to {MAX_LIMIT}.");
        diagnostics.push(Diagnostic::error("Invalid limit", detail).at(path.clone()));
    }
}

fn check_one_event(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    if value.as_str() == Some(ALL) {
        let detail = format!(
            "\"{ALL}\" is not an event: each delivery has one trigger. Omit {TRIGGER} for the deliveries of all \
             triggers."
        );
        diagnostics.push(Diagnostic::error("Invalid trigger", detail).at(path.clone()));
    }
}

fn check_groups(path: &Path, value: &Value, diagnostics: &mut Diagnostics) {
    let Some(elements) = value.as_elements() else {
        return;
    };
    let mut refuse = |detail: String| {
        diagnostics.push(Diagnostic::error("Invalid status group", detail).at(path.clone()));
    };
    if elements.is_empty() {
        refuse(format!(
            "An empty set of groups matches no delivery. Omit {STATUS_GROUPS} for every outcome, or name at least one \
             of {}.",
            group_names("\"")
        ));
    }
    for element in elements.iter().filter(|element| !element.is_unknown()) {
        let name = element.as_str();
        if name.and_then(group).is_none() {
            let found = name.map_or_else(|| "null".to_owned(), |name| format!("{name:?}"));
            refuse(format!(
                "{found} is not a status group. Expected one of {}.",
                group_names("\"")
            ));
        }
    }
}

fn group(name: &str) -> Option<StatusGroups> {
    let found = GROUPS.iter().find(|(known, _)| *known == name);
    found.map(|(_, group)| *group)
}

fn group_names(quote: &str) -> String {
    GROUPS
        .map(|(name, _)| format!("{quote}{name}{quote}"))
        .join(", ")
}
