//! People: what the portal tells of them, and how they are found (IH §8).

use serde::{Deserialize, Serialize};

use super::current::{CurrentUser, UserId};
use crate::api::guid::Guid;
use crate::api::http::client::{Call, Client};
use crate::api::http::envelope;
use crate::api::http::error::Error;
use crate::api::http::json::{DecodeError, Node};
use crate::api::http::operation::Operation;
use crate::api::lists::{ListSource, Row, Rows};

/// A person on the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The portal's name for them.
    pub id: Guid,
    /// What they may do, and how they are called.
    pub user: CurrentUser,
    /// Their address.
    pub email: Option<String>,
    /// The name that identifies them in page addresses.
    pub user_name: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// 1 active, 2 disabled, 4 pending.
    pub status: i64,
    /// The groups that they are in, except those that the portal itself maintains.
    pub groups: Vec<Guid>,
}

impl Person {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let text = |name| node.lenient_text(name).map(str::to_owned);
        // Left out where there is none.
        let groups = match node.optional("groups")? {
            Some(groups) => groups.elements()?.map(|group| of_group(&group)).collect(),
            None => Ok(Vec::new()),
        };
        Ok(Self {
            id: Guid::decode(&node.required("id", "a user id")?)?,
            user: CurrentUser::decode(node)?,
            email: text("email"),
            user_name: text("userName"),
            first_name: text("firstName"),
            last_name: text("lastName"),
            status: node.required("status", "a status")?.integer()?,
            groups: groups?,
        })
    }

    /// Reads the person in an answer, who must be the one that was asked for.
    fn decode_asked(
        node: &Node<'_>,
        is_asked: impl Fn(&Self) -> bool,
    ) -> Result<Self, DecodeError> {
        let person = Self::decode(node)?;
        if is_asked(&person) {
            return Ok(person);
        }
        Err(DecodeError {
            found: "another one",
            ..node.mismatch("the person who was asked for")
        })
    }

    /// Returns whether this is the person's address. The portal compares without regard to case.
    fn has_address(&self, address: &str) -> bool {
        let own = self.email.as_ref();
        own.is_none_or(|own| own.to_lowercase() == address.to_lowercase())
    }
}

fn of_group(node: &Node<'_>) -> Result<Guid, DecodeError> {
    Guid::decode(&node.required("id", "an id")?)
}

impl Row for Person {
    type Id = Guid;
    type Key = UserId;
    type Written = Self;

    fn id(&self) -> Guid {
        self.id
    }

    fn key(&self) -> UserId {
        self.user.id.clone()
    }

    fn id_of(written: &Self) -> Guid {
        written.id
    }

    fn after(written: Self, _earlier: Option<&Self>) -> Self {
        written
    }
}

impl ListSource<Person> for Client {
    async fn fetch(&self) -> Result<Rows<Person>, Error> {
        Ok(self.people(None).await?.into_iter().collect())
    }
}

impl Client {
    /// Returns the person of this id.
    ///
    /// # Errors
    ///
    /// Ask [`Error::is_not_found`], and [`Error::is_access_denied`] for a person whom the caller does not see.
    pub async fn person(&self, id: Guid) -> Result<Person, Error> {
        let call = Call::new(Operation::Read, "GET", format!("/people/{id}"));
        // One person's user name can be another's id.
        self.asked_person(call, |person| person.id == id).await
    }

    /// Returns the person with exactly this address, disabled or pending as well.
    ///
    /// # Errors
    ///
    /// As for [`Client::person`]; 400 for what the portal does not accept as an address.
    pub async fn person_by_email(&self, address: &str) -> Result<Person, Error> {
        let call = Call::new(Operation::Read, "GET", "/people/email")
            .with_query(vec![("email", address.to_owned())])
            .commented_on();
        self.asked_person(call, |person| person.has_address(address))
            .await
    }

    async fn asked_person(
        &self,
        call: Call,
        is_asked: impl Fn(&Person) -> bool,
    ) -> Result<Person, Error> {
        self.call(call, |body| {
            envelope::decode_value(body, |node| Person::decode_asked(node, &is_asked))
        })
        .await
    }

    /// Lists the people whom the caller sees, or those of them who are in a group, one request for 100.
    pub async fn people(&self, group: Option<Guid>) -> Result<Vec<Person>, Error> {
        let group = group.map(|id| ("groupId", id.to_string()));
        let query: Vec<_> = group.into_iter().collect();
        self.all_pages(
            "/people/filter",
            &query,
            |body| envelope::decode_list(body, Person::decode),
            |person| person.id,
        )
        .await
    }
}

#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_value(bytes, Person::decode));
    drop(envelope::decode_list(bytes, Person::decode));
}

#[cfg(test)]
mod tests;
