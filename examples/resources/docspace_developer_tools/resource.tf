# Nobody below administrator makes API keys or webhooks.
resource "docspace_developer_tools" "portal" {
  limited_to_admins = true
}
