import {
  to = docspace_developer_tools.portal
  identity = {
    id = "developer_tools"
  }
}
