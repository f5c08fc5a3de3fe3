//! From request body to the entries that are sent again.

use crate::front::binding::{ValidationErrors, bind_members, cannot_convert, number};
use crate::front::json::Value;

/// Reads the body of the batch retry: the journal ids, `None` when the member is absent or null.
pub(crate) fn bind_ids(body: &[u8]) -> Result<Option<Vec<i32>>, ValidationErrors> {
    let mut ids = None;
    bind_members(
        body,
        "ASC.Web.Api.ApiModels.RequestsDto.WebhookRetryRequestsDto",
        |name, node, path| {
            if !name.eq_ignore_ascii_case("ids") {
                return Ok(());
            }
            ids = match &node.value {
                Value::Null => None,
                Value::Array(items) => Some(
                    items
                        .iter()
                        .enumerate()
                        .map(|(index, item)| number(item, &format!("{path}[{index}]")))
                        .collect::<Result<Vec<_>, _>>()?,
                ),
                _ => {
                    let list = "System.Collections.Generic.List`1[System.Int32]";
                    return Err(cannot_convert(node, path, list));
                }
            };
            Ok(())
        },
    )?;
    Ok(ids)
}
