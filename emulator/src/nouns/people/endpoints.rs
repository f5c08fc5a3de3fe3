//! `GET /people/@self` (API §3.3).

use serde::Serialize;

use crate::account::Role;
use crate::front::answer::{Answer, Refusal};
use crate::front::call::Call;
use crate::nouns::people::employee::Employee;

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
pub(crate) fn person(call: &Call) -> Result<Answer, Refusal> {
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
        // Not of the owner (API §16 O7).
        is_admin: user.role == Role::Admin,
        is_room_admin: user.role == Role::RoomAdmin,
        is_owner: user.role == Role::Owner,
        is_visitor: user.role == Role::Guest,
        is_collaborator: user.role == Role::User,
        employee: Employee::new(user, call),
    }))
}
