import {
  to = docspace_developer_tools.portal
  id = "developer_tools"
}
