# Everybody who can sign in.
data "docspace_users" "active" {
  status = "active"
}

# A map from email addresses to ids: one list serves any number of lookups.
locals {
  user_ids = { for user in data.docspace_users.active.users : user.email => user.id }
}

output "janes_id" {
  value = local.user_ids["jane@example.com"]
}

output "administrators" {
  value = [
    for user in data.docspace_users.active.users : user.display_name
    if contains(["owner", "admin"], user.role)
  ]
}
