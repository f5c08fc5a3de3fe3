# Only administrators may create API keys and webhooks.
resource "docspace_developer_tools" "portal" {
  limited_to_admins = true
}
