//! `GET /settings/webhooks/log` and the two retry endpoints (API §6.7, §6.8).

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use crate::dates::{Zones, parse_query_date};
use crate::delivery::journal::{Delivery, JournalFilter, STATUS_GROUPS};
use crate::delivery::sending;
use crate::front::answer::{Answer, Counts, HandlerError, Refusal};
use crate::front::binding::ValidationErrors;
use crate::front::call::Call;
use crate::locks::lock;
use crate::nouns::catalogue::trigger;
use crate::nouns::journal::body::bind_ids;
use crate::nouns::webhooks::caller::webhook_user;
use crate::nouns::webhooks::store::Webhook;
use crate::profile::Profile;

/// The default and, since 3.2.1, the greatest page (API §6.7).
const PAGE: usize = 100;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    config_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<i64>,
    creation_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_headers: Option<&'a str>,
    request_payload: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_headers: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_payload: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<String>,
}

/// An entry that was just queued: nothing is said of its webhook and its outcome (API §16 O16).
fn queued(delivery: &Delivery, zones: Zones, profile: Profile) -> Entry<'_> {
    Entry {
        status: None,
        ..entry(delivery, None, zones, profile)
    }
}

fn entry<'a>(
    delivery: &'a Delivery,
    name: Option<&'a str>,
    zones: Zones,
    profile: Profile,
) -> Entry<'a> {
    Entry {
        id: delivery.id,
        config_name: name,
        trigger: profile.has_triggers().then_some(delivery.trigger),
        creation_time: zones.journal_date(delivery.created_on),
        request_headers: delivery.request_headers.as_deref(),
        request_payload: &delivery.request_payload,
        response_headers: delivery.response_headers.as_deref(),
        response_payload: delivery.response_payload.as_deref(),
        status: Some(delivery.status),
        delivery: delivery.delivered_on.map(|at| zones.journal_date(at)),
    }
}

/// Everything the query can ask for.
#[derive(Debug, Default)]
struct Query {
    filter: JournalFilter,
    uri: Option<String>,
    webhook_id: Option<i32>,
    creator: Option<String>,
    count: usize,
    start: usize,
}

/// Lists the journal, newest first; others than admins see the entries of their own webhooks.
pub(crate) fn list(call: &Call) -> Result<Answer, Refusal> {
    let mut query = parse(&call.query, call.settings.profile)?;
    let caller = webhook_user(call)?;
    if !caller.is_admin() {
        query.creator = Some(caller.user.id.clone());
    }
    let webhooks: HashMap<i32, Arc<Webhook>> = lock(&call.portal.nouns.webhooks.store)
        .snapshot()
        .into_iter()
        .filter(|webhook| query.wants(webhook))
        .map(|webhook| (webhook.id, webhook))
        .collect();
    let found: Vec<Arc<Delivery>> = lock(&call.portal.nouns.journal.entries)
        .newest_first()
        .filter(|entry| webhooks.contains_key(&entry.webhook_id) && query.filter.accepts(entry))
        .map(Arc::clone)
        .collect();
    let page: Vec<Entry<'_>> = found
        .iter()
        .skip(query.start)
        .take(query.count)
        .map(|delivery| {
            let name = webhooks
                .get(&delivery.webhook_id)
                .map(|webhook| webhook.name.as_str());
            entry(delivery, name, call.settings.zones(), call.settings.profile)
        })
        .collect();
    let counts = Counts {
        count: None,
        total: Some(found.len()),
    };
    Ok(call.success_with(Some(&page), counts))
}

impl Query {
    fn wants(&self, webhook: &Webhook) -> bool {
        self.webhook_id.is_none_or(|id| id == webhook.id)
            && self.uri.as_ref().is_none_or(|uri| *uri == webhook.uri)
            && self
                .creator
                .as_ref()
                .is_none_or(|creator| *creator == webhook.created_by)
    }
}

/// Parameters match in any case; an error has them as they are declared (API §16 O3).
const PARAMETERS: [&str; 10] = [
    "deliveryFrom",
    "deliveryTo",
    "hookUri",
    "configId",
    "eventId",
    "userId",
    "groupStatus",
    "trigger",
    "startIndex",
    "count",
];

fn parse(pairs: &[(String, String)], profile: Profile) -> Result<Query, ValidationErrors> {
    let mut query = Query {
        count: PAGE,
        ..Query::default()
    };
    let mut errors = Vec::new();
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let known = |parameter: &&&str| parameter.eq_ignore_ascii_case(name);
        let Some(name) = PARAMETERS.iter().find(known) else {
            continue;
        };
        let is_valid = match *name {
            "deliveryFrom" => set(&mut query.filter.delivered_from, parse_query_date(value)),
            "deliveryTo" => set(&mut query.filter.delivered_to, parse_query_date(value)),
            "hookUri" => set(&mut query.uri, Some(value.clone())),
            "configId" => set(&mut query.webhook_id, value.parse().ok()),
            "eventId" => set(&mut query.filter.id, value.parse().ok()),
            "userId" => set(&mut query.creator, guid(value)),
            "groupStatus" => replace(&mut query.filter.groups, groups(value)),
            "trigger" => replace(&mut query.filter.trigger, one_trigger(value, profile)),
            "startIndex" => replace(&mut query.start, value.parse().ok()),
            _ => replace(&mut query.count, value.parse().ok()),
        };
        if !is_valid {
            let message = format!("The value '{value}' is not valid for {}.", property(name));
            errors.push(((*name).to_owned(), message));
        }
    }
    if errors.is_empty() && profile.limits_journal_count() && !(1..=PAGE).contains(&query.count) {
        let message = "The field Count must be between 1 and 100.";
        errors.push(("count".to_owned(), message.to_owned()));
    }
    if errors.is_empty() {
        Ok(query)
    } else {
        Err(errors)
    }
}

fn set<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    *field = value;
    field.is_some()
}

fn replace<T>(field: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) => {
            *field = value;
            true
        }
        None => false,
    }
}

/// The property behind a parameter: first letter in upper case.
fn property(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn guid(text: &str) -> Option<String> {
    let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
    let hyphens = text.bytes().filter(|byte| *byte == b'-').count();
    let is_guid = digits == 32 && hyphens == 4 && text.len() == 36;
    is_guid.then(|| text.to_ascii_lowercase())
}

/// A number, or names separated by commas.
fn groups(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number).filter(|number| *number < 32);
    }
    text.split(',')
        .map(|name| {
            STATUS_GROUPS
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))
                .map(|(_, flag)| *flag)
        })
        .try_fold(0, |all, flag| flag.map(|flag| all | flag))
}

/// Here, unlike in bodies, a name is as good as a number; but it must be one member (API §5.1).
fn one_trigger(text: &str, profile: Profile) -> Option<i64> {
    trigger::known(profile)
        .find(|trigger| {
            trigger.name.eq_ignore_ascii_case(text) || text.parse() == Ok(trigger.value)
        })
        .map(|trigger| trigger.value)
}

/// `PUT /settings/webhook/{id}/retry`: the id is a journal entry's.
pub(crate) fn retry_one(call: &Call) -> Result<Answer, Refusal> {
    let id = call.number();
    if id == 0 {
        return Err(HandlerError::argument("Id").into());
    }
    let (earlier, webhook) = find(call, id).ok_or_else(HandlerError::not_found)?;
    let caller = webhook_user(call)?;
    if !caller.is_admin() && webhook.created_by != caller.user.id {
        return Err(HandlerError::access_denied().into());
    }
    let repeated = sending::repeat(&call.portal, &earlier);
    let zones = call.settings.zones();
    Ok(call.success(&queued(&repeated, zones, call.settings.profile)))
}

/// `PUT /settings/webhook/retry`: unknown and foreign ids are skipped silently.
pub(crate) fn retry_many(call: &Call) -> Result<Answer, Refusal> {
    let ids = bind_ids(call.json_body()?)?;
    let caller = webhook_user(call)?;
    let Some(ids) = ids else {
        return Err(HandlerError::null_reference().into());
    };
    let repeated: Vec<Arc<Delivery>> = ids
        .into_iter()
        .filter_map(|id| find(call, id))
        .filter(|(_, webhook)| caller.is_admin() || webhook.created_by == caller.user.id)
        .map(|(earlier, _)| sending::repeat(&call.portal, &earlier))
        .collect();
    let zones = call.settings.zones();
    let entries: Vec<Entry<'_>> = repeated
        .iter()
        .map(|repeated| queued(repeated, zones, call.settings.profile))
        .collect();
    Ok(call.success(&entries))
}

fn find(call: &Call, id: i32) -> Option<(Arc<Delivery>, Arc<Webhook>)> {
    let entry = lock(&call.portal.nouns.journal.entries).find(id)?;
    let webhook = lock(&call.portal.nouns.webhooks.store).find(entry.webhook_id)?;
    Some((entry, webhook))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Result<Query, ValidationErrors> {
        let pairs: Vec<_> = url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect();
        parse(&pairs, Profile::V3_7)
    }

    #[test]
    fn every_filter_is_read() {
        let read = query(
            "DeliveryFrom=2026-06-30T12:00:00Z&deliveryTo=2026-07-01&hookUri=https://x/&configId=17&eventId=501\
             &groupStatus=NotSent,status5xx&userId=4C65A238-ca50-4374-b904-0d51d4c1822b&trigger=fileuploaded\
             &count=5&startIndex=10&other=x",
        )
        .expect("a valid query");
        assert!(read.filter.delivered_from.is_some() && read.filter.delivered_to.is_some());
        assert_eq!(read.webhook_id, Some(17));
        assert_eq!(read.filter.id, Some(501));
        assert_eq!(read.filter.groups, 17);
        assert_eq!(read.filter.trigger, 256);
        assert_eq!((read.count, read.start), (5, 10));
        assert_eq!(
            read.creator.as_deref(),
            Some("4c65a238-ca50-4374-b904-0d51d4c1822b")
        );
    }

    #[test]
    fn wrong_values_name_their_parameter() {
        for (text, key) in [
            ("count=0", "count"),
            ("COUNT=101", "count"),
            ("configId=x", "configId"),
            ("trigger=384", "trigger"),
            ("trigger=nothing", "trigger"),
            ("trigger=user.created", "trigger"),
            ("groupStatus=64", "groupStatus"),
            ("userId=me", "userId"),
            ("deliveryFrom=yesterday", "deliveryFrom"),
        ] {
            assert_eq!(query(text).expect_err(text)[0].0, key, "{text}");
        }
        assert!(query("trigger=0&groupStatus=0&count=").is_ok());
        let old = [("count".to_owned(), "1000".to_owned())];
        assert!(parse(&old, Profile::V3_1).is_ok());
    }
}
