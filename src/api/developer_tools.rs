//! Who may use a portal's developer tools (IH §10).

use serde::Serialize;

use super::http::client::{Call, Client};
use super::http::envelope;
use super::http::error::Error;
use super::http::json::{DecodeError, Node};
use super::http::operation::Operation;

const PATH: &str = "/settings/devtoolsaccess";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Access {
    limited_access_for_users: bool,
}

/// Reads the one meaningful member: the date next to it is made up in some answers.
fn decode(node: &Node<'_>) -> Result<bool, DecodeError> {
    node.required("limitedAccessForUsers", "true or false")?
        .boolean()
}

impl Client {
    /// Returns whether only the portal's owner and its administrators may use the developer tools.
    pub async fn are_developer_tools_limited(&self) -> Result<bool, Error> {
        let call = Call::new(Operation::Read, "GET", PATH);
        self.call(call, |body| envelope::decode_value(body, decode))
            .await
    }

    /// Limits the developer tools to owner and administrators, or opens them to all users, and returns what the portal
    /// then holds. It is repeated if its answer is lost, which does no harm. Needs a key of the owner or of an
    /// administrator.
    pub async fn limit_developer_tools(&self, limited: bool) -> Result<bool, Error> {
        let call = Call::new(Operation::Replace, "POST", PATH).with_body(&Access {
            limited_access_for_users: limited,
        });
        self.call(call, |body| envelope::decode_value(body, decode))
            .await
    }
}
