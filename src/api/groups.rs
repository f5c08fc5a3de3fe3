//! Groups of people (IH §7).

use serde::{Deserialize, Serialize};

use super::guid::Guid;
use super::http::client::{Call, Client};
use super::http::envelope;
use super::http::error::Error;
use super::http::json::{DecodeError, Node};
use super::http::operation::Operation;
use super::lists::{ListSource, Row, Rows};

const PATH: &str = "/group";

/// A group, without its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The portal's name for it.
    pub id: Guid,
    /// Its name; several groups may have the same.
    pub name: String,
    /// Who manages it.
    pub manager: Option<Guid>,
    /// How many people are in it, disabled ones excluded.
    pub members_count: Option<i64>,
    /// Whether a directory service maintains it.
    pub is_ldap: bool,
    /// Whether the portal itself maintains it, as the group of all guests.
    pub is_system: bool,
}

impl Group {
    fn decode(node: &Node<'_>) -> Result<Self, DecodeError> {
        let flag = |name| match node.optional(name)? {
            Some(flag) => flag.boolean(),
            None => Ok(false),
        };
        let id = |node: &Node<'_>| Guid::decode(&node.required("id", "an id")?);
        let manager = node.optional("manager")?;
        let count = node.optional("membersCount")?;
        Ok(Self {
            id: id(node)?,
            name: node.required("name", "a name")?.text()?.to_owned(),
            manager: manager.map(|manager| id(&manager)).transpose()?,
            members_count: count.map(|count| count.integer()).transpose()?,
            is_ldap: flag("isLDAP")?,
            is_system: flag("isSystem")?,
        })
    }
}

impl Row for Group {
    type Id = Guid;
    type Key = String;
    type Written = Self;

    fn id(&self) -> Guid {
        self.id
    }

    fn key(&self) -> String {
        self.name.clone()
    }

    fn id_of(written: &Self) -> Guid {
        written.id
    }

    fn after(written: Self, _earlier: Option<&Self>) -> Self {
        written
    }
}

impl ListSource<Group> for Client {
    async fn fetch(&self) -> Result<Rows<Group>, Error> {
        let decode = |body: &[u8]| envelope::decode_list(body, Group::decode);
        let groups = self.all_pages(PATH, &[], decode, |group| group.id).await?;
        Ok(groups.into_iter().collect())
    }
}

impl Client {
    /// Returns the group of this id, even one that the portal itself maintains.
    ///
    /// # Errors
    ///
    /// Ask [`Error::is_not_found`], and [`Error::is_access_denied`] for a caller who may not read groups.
    pub async fn group(&self, id: Guid) -> Result<Group, Error> {
        let call = Call::new(Operation::Read, "GET", format!("{PATH}/{id}"))
            .with_query(vec![("includeMembers", "false".to_owned())]);
        self.call(call, |body| envelope::decode_value(body, Group::decode))
            .await
    }
}

/// Decodes an answer with every decoder of groups.
#[cfg(feature = "fuzzing")]
pub(super) fn fuzzing(bytes: &[u8]) {
    drop(envelope::decode_value(bytes, Group::decode));
    drop(envelope::decode_list(bytes, Group::decode));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ID: &str = "5d76b349-db61-4485-a15e-1e62e5d2933c";

    fn decoded(answer: &Value) -> Option<Group> {
        let body = json!({ "response": answer }).to_string();
        envelope::decode_value(body.as_bytes(), Group::decode).ok()
    }

    #[test]
    fn what_is_left_out_of_a_group_is_nothing_or_false() {
        let group = decoded(&json!({"id": ID, "name": "Design"})).unwrap();
        assert_eq!((group.manager, group.members_count), (None, None));
        assert!(!group.is_ldap && !group.is_system);
        let managed = json!({
            "id": ID.to_uppercase(),
            "name": "",
            "manager": {"id": ID},
            "membersCount": 3,
            "isLDAP": true,
            "isSystem": true,
        });
        let managed = decoded(&managed).unwrap();
        assert_eq!(managed.id.to_string(), ID);
        assert_eq!(managed.manager, Some(managed.id));
        assert_eq!(managed.members_count, Some(3));
        assert!(managed.is_ldap && managed.is_system);
    }

    #[test]
    fn a_group_without_an_id_or_a_name_is_refused() {
        for broken in [
            json!({"name": "Design"}),
            json!({"id": ID}),
            json!({"id": "Design", "name": "Design"}),
            json!({"id": ID, "name": "Design", "manager": {}}),
            json!([]),
        ] {
            assert_eq!(decoded(&broken), None, "{broken}");
        }
    }
}
