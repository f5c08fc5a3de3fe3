//! From request body to settings.

use crate::front::binding::{ValidationErrors, bind_members, boolean};

/// Reads `{"limitedAccessForUsers": bool}`.
pub(crate) fn bind_dev_tools(body: &[u8]) -> Result<bool, ValidationErrors> {
    let mut limited = false;
    bind_members(
        body,
        "ASC.Web.Api.ApiModels.RequestsDto.TenantDevToolsAccessSettingsDto",
        |name, node, path| {
            if name.eq_ignore_ascii_case("limitedAccessForUsers") {
                limited = boolean(node, path)?;
            }
            Ok(())
        },
    )?;
    Ok(limited)
}
