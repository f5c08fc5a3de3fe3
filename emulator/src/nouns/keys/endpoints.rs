//! `/keys`: API keys, made, listed, changed and removed (API §3.2).
//!
//! What the document leaves open follows the server's controller of 3.7.2; a comment says so.

use rustls::crypto::aws_lc_rs;
use secrecy::ExposeSecret;
use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::account::{Caller, Credential, CredentialKind, Issued, Role};
use crate::dates::{Precision, Zones, now};
use crate::front::answer::{Answer, Counts, HandlerError, Refusal};
use crate::front::call::Call;
use crate::locks::lock;
use crate::nouns::keys::body::{KeyChange, NewKey, bind_key_change, bind_new_key};
use crate::nouns::keys::credentials::Credentials;
use crate::nouns::people::employee::Employee;
use crate::nouns::people::users::Users;

/// The scopes a key can have, in the order in which the portal lists them (IH §15a).
const PERMISSIONS: [&str; 11] = [
    EVERYTHING,
    "*:read",
    "*:write",
    "accounts:read",
    "accounts:write",
    "accounts.self:read",
    "accounts.self:write",
    "files:read",
    "files:write",
    "rooms:read",
    "rooms:write",
];

/// Stands for all of them.
const EVERYTHING: &str = "*";

/// How long an expired key waits for the portal to switch it off (IH §3).
const EXPIRED_FOR: Duration = Duration::minutes(10);

/// What the ids of keys have in common; the rest is the key's number.
const ID_STEM: &str = "0d3f2f5e-6a41-4c57-9b1a-";

pub(super) fn id_of(number: i32) -> String {
    format!("{ID_STEM}{number:012x}")
}

/// The number in a key's id, as the path has it; 0 for a GUID of no key.
pub(super) fn number_of(guid: &str) -> i32 {
    let digits = guid.strip_prefix(ID_STEM);
    digits.map_or(0, |digits| i32::from_str_radix(digits, 16).unwrap_or(0))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKey<'a> {
    id: String,
    name: &'a str,
    key: String,
    key_postfix: String,
    /// Absent where an update has asked for everything (IH §3).
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    create_on: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    create_by: Option<Employee>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    /// Absent where it is false (IH §15a).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_active: bool,
}

/// A key as the database has it.
fn shown<'a>(call: &Call, issued: &'a Issued, users: &Users) -> ApiKey<'a> {
    described(call, issued, users, Precision::Stored)
}

fn described<'a>(
    call: &Call,
    issued: &'a Issued,
    users: &Users,
    precision: Precision,
) -> ApiKey<'a> {
    let zones: Zones = call.settings.zones();
    let date = |at| zones.key_date(at, precision);
    let credential = &issued.credential;
    let postfix = credential.postfix();
    let creator = users.find(&credential.user_id);
    ApiKey {
        id: id_of(issued.number),
        name: &credential.name,
        key: format!("sk-***{postfix}"),
        key_postfix: postfix,
        permissions: (credential.scopes != [EVERYTHING]).then_some(&credential.scopes),
        last_used: issued.last_used.map(date),
        create_on: date(issued.created_on),
        create_by: creator.map(|user| Employee::new(user, call)),
        expires_at: credential.expires_at.map(date),
        is_active: credential.active && !is_forgotten(credential),
    }
}

/// Whether a key has expired long enough ago for the portal to have switched it off.
fn is_forgotten(credential: &Credential) -> bool {
    credential
        .expires_at
        .is_some_and(|end| end + EXPIRED_FOR < OffsetDateTime::now_utc())
}

/// `GET /keys/@self`: the key that was used. The portal takes it from the header without checking what is there: a
/// cookie fails with 400, and anything else that is not a key with 500 (inferred from the controller).
pub(crate) fn current(call: &Call) -> Result<Answer, Refusal> {
    let caller = call.caller()?;
    if !call.headers.contains_key(axum::http::header::AUTHORIZATION) {
        return Err(HandlerError::argument_out_of_range().into());
    }
    let users = lock(&call.portal.nouns.people.users);
    let credentials = lock(&call.portal.nouns.keys.credentials);
    let issued = credentials
        .issued(caller.number)
        .filter(|issued| issued.credential.kind == CredentialKind::ApiKey)
        .ok_or_else(HandlerError::null_reference)?;
    Ok(call.success(&shown(call, issued, &users)))
}

/// `GET /keys`: all for admins, their own for others; the newest first (IH §15a).
pub(crate) fn list(call: &Call) -> Result<Answer, Refusal> {
    let caller = call.caller()?;
    let users = lock(&call.portal.nouns.people.users);
    let credentials = lock(&call.portal.nouns.keys.credentials);
    let keys: Vec<ApiKey<'_>> = credentials
        .all_issued()
        .rev()
        .filter(|issued| issued.credential.kind == CredentialKind::ApiKey)
        .filter(|issued| caller.is_admin() || issued.credential.user_id == caller.user.id)
        .map(|issued| shown(call, issued, &users))
        .collect();
    Ok(call.success(&keys))
}

/// `GET /keys/permissions`: the scopes, for everyone.
pub(crate) fn permissions(call: &Call) -> Answer {
    let permissions: Vec<&str> = offered(call).collect();
    let counts = Counts {
        count: Some(permissions.len()),
        total: None,
    };
    call.success_with(Some(&permissions), counts)
}

/// What this portal knows of [`PERMISSIONS`].
fn offered(call: &Call) -> impl Iterator<Item = &'static str> {
    let has_global = call.settings.profile.has_global_scopes();
    let permissions = PERMISSIONS.into_iter();
    permissions.filter(move |name| has_global || !name.starts_with("*:"))
}

/// `POST /keys`: the only answer that shows a key.
pub(crate) fn create(call: &Call) -> Result<Answer, Refusal> {
    let new = bind_new_key(call.json_body()?)?;
    let caller = call.caller()?;
    let is_locked_out = call.settings.dev_tools_limited && !caller.is_admin();
    if is_locked_out || caller.user.role == Role::Guest {
        return Err(HandlerError::unauthorized_access().into());
    }
    let credential = credential(call, new, caller)?;
    let value = credential.value.clone();
    let users = lock(&call.portal.nouns.people.users);
    let mut credentials = lock(&call.portal.nouns.keys.credentials);
    let number = credentials.add(credential);
    let issued = credentials
        .issued(number)
        .ok_or_else(HandlerError::null_reference)?;
    let answer = ApiKey {
        key: value.expose_secret().to_owned(),
        ..described(call, issued, &users, Precision::Fresh)
    };
    Ok(call.success(&answer))
}

fn credential(call: &Call, new: NewKey, caller: &Caller) -> Result<Credential, HandlerError> {
    check_permissions(call, &new.permissions)?;
    let expires_in = new.expires_in_days.map(|days| Duration::days(days.into()));
    Ok(Credential {
        name: new.name,
        expires_at: expires_in.map(|wait| now() + wait),
        ..Credential::api_key(random_key()?, caller.user.id.clone())
            .with_scopes(without_star(new.permissions))
    })
}

/// `sk-` and 64 digits in lower case (API §3.1).
fn random_key() -> Result<String, HandlerError> {
    let mut bytes = [0; 32];
    aws_lc_rs::default_provider()
        .secure_random
        .fill(&mut bytes)
        .map_err(|_no_randomness| HandlerError::null_reference())?;
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    let digits = digits.filter_map(|digit| char::from_digit(u32::from(digit), 16));
    Ok("sk-".chars().chain(digits).collect())
}

fn check_permissions(call: &Call, permissions: &[String]) -> Result<(), HandlerError> {
    let is_known = |name: &String| offered(call).any(|offered| offered == name);
    if permissions.iter().all(is_known) {
        Ok(())
    } else {
        Err(HandlerError::argument("Permissions are not valid."))
    }
}

/// What a create stores: everything is an empty list.
fn without_star(permissions: Vec<String>) -> Vec<String> {
    if permissions.iter().any(|name| name == EVERYTHING) {
        Vec::new()
    } else {
        permissions
    }
}

/// `PUT /keys/{guid}`: changes what is given; false for someone else's key, and since 3.7 for an expired one.
pub(crate) fn update(call: &Call) -> Result<Answer, Refusal> {
    let change = bind_key_change(call.json_body()?)?;
    let caller = call.caller()?;
    let mut credentials = lock(&call.portal.nouns.keys.credentials);
    let issued = find(call, &credentials)?;
    let is_expired = issued
        .credential
        .expires_at
        .is_some_and(|end| end < OffsetDateTime::now_utc());
    let is_closed = is_expired && call.settings.profile.guards_keys();
    if is_closed || is_foreign(caller, issued) {
        return Ok(call.success(&false));
    }
    check_permissions(call, &change.permissions)?;
    if let Some(credential) = credentials.credential_mut(number_of(call.guid())) {
        apply(credential, change);
    }
    Ok(call.success(&true))
}

fn apply(credential: &mut Credential, change: KeyChange) {
    if let Some(active) = change.is_active {
        credential.active = active;
    }
    if !change.permissions.is_empty() {
        // Unlike a create, verbatim.
        credential.scopes = change.permissions;
    }
    if let Some(name) = change.name.filter(|name| !name.is_empty()) {
        credential.name = name;
    }
}

/// `DELETE /keys/{guid}`: false for someone else's key.
pub(crate) fn delete(call: &Call) -> Result<Answer, Refusal> {
    let caller = call.caller()?;
    let mut credentials = lock(&call.portal.nouns.keys.credentials);
    let is_foreign = is_foreign(caller, find(call, &credentials)?);
    let is_removed = !is_foreign && credentials.remove(number_of(call.guid()));
    Ok(call.success(&is_removed))
}

/// An unknown id is a 500: the controller does not check for null (inferred from the controller).
fn find<'a>(call: &Call, credentials: &'a Credentials) -> Result<&'a Issued, HandlerError> {
    credentials
        .issued(number_of(call.guid()))
        .filter(|issued| issued.credential.kind == CredentialKind::ApiKey)
        .ok_or_else(HandlerError::null_reference)
}

fn is_foreign(caller: &Caller, issued: &Issued) -> bool {
    !caller.is_admin() && issued.credential.user_id != caller.user.id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_leads_to_the_number_of_its_key() {
        assert_eq!(number_of(&id_of(17)), 17);
        assert_eq!(number_of("4c65a238-ca50-4374-b904-0d51d4c1822b"), 0);
    }

    #[test]
    fn keys_are_random_and_have_the_shape_of_real_ones() {
        let key = random_key().expect("a key");
        assert_eq!(key.len(), crate::config::DEFAULT_API_KEY.len());
        assert!(key.starts_with("sk-"));
        assert_ne!(key, random_key().expect("another key"));
    }
}
