//! People as the state file has them: who came, or was changed, since the start.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::account::User;
use crate::changes::Part;
use crate::nouns::people::users::Users;

#[derive(Deserialize, Serialize)]
struct Saved {
    users: Vec<User>,
}

pub(super) fn save(users: &Users, initial: &Users) -> Part {
    let is_new = |user: &&User| initial.find(&user.id) != Some(user);
    let users = users.all().iter().filter(is_new).cloned().collect();
    Box::new(move || serde_json::to_value(Saved { users }))
}

pub(super) fn restore(users: &mut Users, part: Value) -> serde_json::Result<()> {
    let saved: Saved = serde_json::from_value(part)?;
    saved.users.into_iter().for_each(|user| users.put(user));
    Ok(())
}
