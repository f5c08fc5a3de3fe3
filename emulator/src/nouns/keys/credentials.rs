//! The credentials that the portal has issued.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;

use crate::account::{Caller, Credential, CredentialKind, Issued, User};
use crate::changes::Changes;
use crate::dates::now;
use crate::nouns::people::users::Users;

/// What people authenticate with.
#[derive(Debug, Default)]
pub(crate) struct Credentials {
    last_number: i32,
    issued: Vec<Issued>,
    changes: Arc<Changes>,
}

impl Credentials {
    pub(crate) fn new(
        credentials: impl IntoIterator<Item = Credential>,
        changes: &Arc<Changes>,
    ) -> Self {
        let mut issued = Self {
            changes: Arc::clone(changes),
            ..Self::default()
        };
        for credential in credentials {
            issued.add(credential);
        }
        issued
    }

    /// Restores what was issued before a restart; a number from the start is not reused.
    pub(crate) fn restore(&mut self, last_number: i32, issued: impl IntoIterator<Item = Issued>) {
        let first = self.last_number;
        let since = issued.into_iter().filter(|issued| issued.number > first);
        self.issued.extend(since);
        self.last_number = self.last_number.max(last_number);
        self.changes.note();
    }

    /// The greatest number ever given.
    pub(crate) fn last_number(&self) -> i32 {
        self.last_number
    }

    /// Finds a usable credential of an active user and notes its use; `accepts` says which value was presented.
    pub(crate) fn authenticate(
        &mut self,
        users: &Users,
        kinds: &[CredentialKind],
        accepts: impl Fn(&User, &str) -> bool,
    ) -> Option<Caller> {
        let at = now();
        self.issued.iter_mut().find_map(|issued| {
            let credential = &issued.credential;
            let user = users.find(&credential.user_id)?;
            let is_match = kinds.contains(&credential.kind)
                && credential.is_usable(at)
                && user.active
                && accepts(user, credential.value.expose_secret());
            is_match.then(|| {
                issued.last_used = Some(at);
                Caller {
                    user: user.clone(),
                    credential: issued.credential.clone(),
                    number: issued.number,
                }
            })
        })
    }

    /// Gives out a credential and returns its number.
    pub(crate) fn add(&mut self, credential: Credential) -> i32 {
        self.last_number += 1;
        self.issued.push(Issued {
            number: self.last_number,
            credential,
            created_on: now(),
            last_used: None,
        });
        self.changes.note();
        self.last_number
    }

    /// All credentials by number.
    pub(crate) fn all_issued(&self) -> impl DoubleEndedIterator<Item = &Issued> {
        self.issued.iter()
    }

    pub(crate) fn issued(&self, number: i32) -> Option<&Issued> {
        self.issued.iter().find(|issued| issued.number == number)
    }

    pub(crate) fn credential_mut(&mut self, number: i32) -> Option<&mut Credential> {
        self.changes.note();
        let mut issued = self.issued.iter_mut();
        issued
            .find(|issued| issued.number == number)
            .map(|issued| &mut issued.credential)
    }

    /// Moves what is dated of a credential into the past; false if there is none.
    pub(crate) fn age(&mut self, number: i32, by: Duration) -> bool {
        self.changes.note();
        let mut issued = self.issued.iter_mut();
        let Some(issued) = issued.find(|issued| issued.number == number) else {
            return false;
        };
        issued.created_on -= by;
        if let Some(end) = &mut issued.credential.expires_at {
            *end -= by;
        }
        true
    }

    /// Withdraws a credential; false if there is none. Numbers are never reused.
    pub(crate) fn remove(&mut self, number: i32) -> bool {
        let before = self.issued.len();
        self.issued.retain(|issued| issued.number != number);
        self.changes.note();
        self.issued.len() < before
    }
}
