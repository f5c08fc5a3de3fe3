//! `/group`: shown to owner, admins and room admins (IH §7).

use super::described::Described;
use super::group::Group;
use crate::account::Role;
use crate::front::answer::{Answer, Counts, HandlerError, Refusal};
use crate::front::call::Call;
use crate::front::paging::Page;
use crate::locks::lock;

/// `GET /group`: a page by name, without members.
pub(super) fn list(call: &Call) -> Result<Answer, Refusal> {
    let page = Page::asked(call)?;
    require_reader(call)?;
    let users = lock(&call.portal.nouns.people.users).clone();
    let all = lock(&call.portal.nouns.groups.stored).clone();
    let is_wanted = |group: &&Group| {
        let text = call.parameter("filterValue").map(str::to_lowercase);
        let name = group.name.to_lowercase();
        let member = call.parameter("userId");
        let manager = call.parameter("manager");
        !group.is_system
            && text.is_none_or(|text| name.contains(&text))
            && member.is_none_or(|id| group.members.iter().any(|member| member == id))
            && manager.is_none_or(|id| group.manager.as_deref() == Some(id))
    };
    let mut found: Vec<&Group> = all.iter().filter(is_wanted).collect();
    found.sort_by_key(|group| group.name.to_lowercase());
    let groups: Vec<Described<'_>> = page
        .of(&found, |one, other| one.name == other.name)
        .into_iter()
        .map(|group| Described::new(group, &all, &users, false, call))
        .collect();
    let counts = Counts {
        count: Some(groups.len()),
        total: Some(found.len()),
    };
    Ok(call.success_with(Some(&groups), counts))
}

/// `GET /group/{id}`: one, with its members unless the query declines them.
pub(super) fn show(call: &Call) -> Result<Answer, Refusal> {
    require_reader(call)?;
    let with_members = call
        .parameter("includeMembers")
        .is_none_or(|flag| !flag.eq_ignore_ascii_case("false"));
    let users = lock(&call.portal.nouns.people.users).clone();
    let all = lock(&call.portal.nouns.groups.stored).clone();
    let mut groups = all.iter();
    let group = groups
        .find(|group| group.id == call.guid())
        .ok_or_else(|| HandlerError::no_such("The group could not be found"))?;
    let described = Described::new(group, &all, &users, with_members, call);
    Ok(call.success(&described))
}

fn require_reader(call: &Call) -> Result<(), HandlerError> {
    let role = call.caller.as_ref().map(|caller| caller.user.role);
    if matches!(role, Some(Role::Owner | Role::Admin | Role::RoomAdmin)) {
        Ok(())
    } else {
        Err(HandlerError::access_denied())
    }
}
