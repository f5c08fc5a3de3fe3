//! `GET /keys/@self` and `GET /people/@self` (API §3.2, §3.3).

use serde::Serialize;
use time::OffsetDateTime;

use super::Call;
use crate::account::{CredentialKind, Role};
use crate::answer::{Answer, HandlerError, Refusal};
use crate::portal::now;
use crate::wire::Employee;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKey<'a> {
    id: String,
    name: &'a str,
    key: String,
    key_postfix: String,
    permissions: &'a [String],
    last_used: String,
    create_on: String,
    create_by: Employee,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    is_active: bool,
}

/// Describes the key that was used; other credentials have none (400).
pub(super) fn key(call: &Call) -> Result<Answer, Refusal> {
    let caller = call.caller()?;
    let credential = &caller.credential;
    if credential.kind != CredentialKind::ApiKey {
        return Err(
            HandlerError::argument("Value does not fall within the expected range.").into(),
        );
    }
    let zones = call.settings.zones();
    let postfix = credential.postfix();
    Ok(call.success(&ApiKey {
        id: "0d3f2f5e-6a41-4c57-9b1a-6a1f0b9c7e11".to_owned(),
        name: &credential.name,
        key: format!("sk-***{postfix}"),
        key_postfix: postfix,
        permissions: &credential.scopes,
        last_used: zones.key_date(now()),
        create_on: zones.key_date(OffsetDateTime::UNIX_EPOCH),
        create_by: call.employee(&caller.user),
        expires_at: credential.expires_at.map(|at| zones.key_date(at)),
        is_active: credential.active,
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the wire has one flag per role"
)]
struct Person<'a> {
    first_name: &'a str,
    last_name: &'a str,
    user_name: &'a str,
    email: &'a str,
    status: u8,
    is_admin: bool,
    is_room_admin: bool,
    is_owner: bool,
    is_visitor: bool,
    is_collaborator: bool,
    #[serde(flatten)]
    employee: Employee,
}

/// Describes the caller.
pub(super) fn person(call: &Call) -> Result<Answer, Refusal> {
    let user = &call.caller()?.user;
    let (first_name, last_name) = user
        .display_name
        .split_once(' ')
        .unwrap_or((&user.display_name, ""));
    Ok(call.success(&Person {
        first_name,
        last_name,
        user_name: user.email.split('@').next().unwrap_or_default(),
        email: &user.email,
        status: 1,
        is_admin: user.role.is_admin(),
        is_room_admin: user.role == Role::RoomAdmin,
        is_owner: user.role == Role::Owner,
        is_visitor: user.role == Role::Guest,
        is_collaborator: user.role == Role::User,
        employee: call.employee(user),
    }))
}
