# Everybody who can sign in.
data "docspace_users" "active" {
  status = "active"
}

# Who has which id. One list serves any number of look-ups.
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
