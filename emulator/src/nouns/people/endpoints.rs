//! `/people`: who is on the portal (API §3.3, IH §8).

use super::person::Person;
use crate::account::{Role, User};
use crate::front::answer::{Answer, Counts, HandlerError, Refusal};
use crate::front::call::Call;
use crate::front::paging::Page;
use crate::locks::lock;
use crate::nouns::groups::group::Group;

const UNKNOWN: &str = "The user could not be found";

/// `GET /people/@self`: the caller.
pub(super) fn current(call: &Call) -> Result<Answer, Refusal> {
    let user = &call.caller()?.user;
    Ok(call.success(&Person::new(user, &groups(call), call)))
}

/// `GET /people/email`: whoever has exactly this address, disabled and pending people included.
pub(super) fn by_email(call: &Call) -> Result<Answer, Refusal> {
    let Some(email) = call.parameter("email") else {
        return Err(HandlerError::argument_null("email").into());
    };
    if !email.contains('@') {
        let message = "The Email field is not a valid e-mail address.";
        return Err(vec![("Email".to_owned(), message.to_owned())].into());
    }
    show(call, |user| user.email.eq_ignore_ascii_case(email))
}

/// `GET /people/{userid}`: whoever has this user name, else this id.
pub(super) fn by_id(call: &Call) -> Result<Answer, Refusal> {
    let text = call.text();
    let is_name = |user: &User| user.name().eq_ignore_ascii_case(text);
    let has_name = lock(&call.portal.nouns.people.users)
        .all()
        .iter()
        .any(is_name);
    show(call, |user| {
        if has_name {
            is_name(user)
        } else {
            user.id.eq_ignore_ascii_case(text)
        }
    })
}

fn show(call: &Call, is_meant: impl Fn(&User) -> bool) -> Result<Answer, Refusal> {
    let caller = &call.caller()?.user;
    let found = lock(&call.portal.nouns.people.users)
        .all()
        .iter()
        .find(|user| is_meant(user))
        .cloned();
    let user = found.ok_or_else(|| HandlerError::no_such(UNKNOWN))?;
    if !caller.sees(&user) {
        return Err(HandlerError::access_denied().into());
    }
    Ok(call.success(&Person::new(&user, &groups(call), call)))
}

/// `GET /people/filter`: everyone whom the caller sees.
pub(super) fn filter(call: &Call) -> Result<Answer, Refusal> {
    list(call, call.parameter("employeeStatus"))
}

/// `GET /people`: those of them who are active.
pub(super) fn active(call: &Call) -> Result<Answer, Refusal> {
    list(call, Some("1"))
}

fn list(call: &Call, status: Option<&str>) -> Result<Answer, Refusal> {
    let page = Page::asked(call)?;
    let status = status.map(status_of).transpose()?;
    let caller = &call.caller()?.user;
    if matches!(caller.role, Role::User | Role::Guest) {
        return Err(HandlerError::access_denied().into());
    }
    let groups = groups(call);
    let members = call.parameter("groupId").map(|id| {
        let mut groups = groups.iter();
        groups.find(|group| group.id.eq_ignore_ascii_case(id))
    });
    let is_wanted = |user: &&User| {
        let is_listed = user.active || caller.role.is_admin();
        let is_member = |group: &Group| group.members.contains(&user.id);
        is_listed
            && caller.sees(user)
            && status.is_none_or(|wanted| wanted == super::person::status(user))
            && members.is_none_or(|group| group.is_some_and(is_member))
            && call
                .parameter("filterValue")
                .is_none_or(|text| contains(user, text))
    };
    let mut found: Vec<User> = lock(&call.portal.nouns.people.users)
        .all()
        .iter()
        .filter(is_wanted)
        .cloned()
        .collect();
    found.sort_by_key(|user| user.display_name.to_lowercase());
    let people: Vec<Person> = page
        .of(&found, |one, other| one.display_name == other.display_name)
        .into_iter()
        .map(|user| Person::new(user, &groups, call))
        .collect();
    let counts = Counts {
        count: Some(people.len()),
        total: Some(found.len()),
    };
    Ok(call.success_with(Some(&people), counts))
}

/// Every piece of the text must be in the name or in the address (IH §8).
fn contains(user: &User, text: &str) -> bool {
    let searched = format!("{} {}", user.display_name, user.email).to_lowercase();
    let mut pieces = text.split_whitespace();
    pieces.all(|piece| searched.contains(&piece.to_lowercase()))
}

fn status_of(text: &str) -> Result<u8, Refusal> {
    let statuses = [("active", 1), ("terminated", 2), ("pending", 4)];
    let found = statuses
        .into_iter()
        .find(|(name, number)| text.eq_ignore_ascii_case(name) || text == number.to_string());
    let (_, number) = found.ok_or_else(|| {
        let message = format!("The value '{text}' is not valid for EmployeeStatus.");
        Refusal::Validation(vec![("employeeStatus".to_owned(), message)])
    })?;
    Ok(number)
}

fn groups(call: &Call) -> Vec<Group> {
    lock(&call.portal.nouns.groups.stored).clone()
}
