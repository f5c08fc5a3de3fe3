//! From request body to domains.

use crate::front::binding::{ValidationErrors, bind_members, cannot_convert, text};
use crate::front::json::{Node, Value};

/// Reads `{"domains": […]}`; absent and null are none at all, and a null among them is seen later.
pub(super) fn bind_domains(body: &[u8]) -> Result<Option<Vec<Option<String>>>, ValidationErrors> {
    let mut domains = None;
    bind_members(
        body,
        "ASC.Web.Api.ApiModel.RequestsDto.CspRequestsDto",
        |member, node, path| {
            if member.eq_ignore_ascii_case("domains") {
                domains = texts(node, path)?;
            }
            Ok(())
        },
    )?;
    Ok(domains)
}

fn texts(node: &Node, path: &str) -> Result<Option<Vec<Option<String>>>, ValidationErrors> {
    match &node.value {
        Value::Null => Ok(None),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            let texts = items.map(|(index, item)| text(item, &format!("{path}[{index}]")));
            texts.collect::<Result<_, _>>().map(Some)
        }
        _ => {
            let list = "System.Collections.Generic.IEnumerable`1[System.String]";
            Err(cannot_convert(node, path, list))
        }
    }
}
