//! Who is on the portal.

use crate::account::User;

/// The people, in the order in which they were put.
#[derive(Clone, Debug, Default)]
pub(crate) struct Users(Vec<User>);

impl Users {
    pub(crate) fn new(users: Vec<User>) -> Self {
        Self(users)
    }

    pub(crate) fn all(&self) -> &[User] {
        &self.0
    }

    pub(crate) fn find(&self, id: &str) -> Option<&User> {
        self.0.iter().find(|user| user.id == id)
    }

    /// Adds a user, or replaces the one with the same id.
    pub(crate) fn put(&mut self, user: User) {
        self.0.retain(|known| known.id != user.id);
        self.0.push(user);
    }
}
