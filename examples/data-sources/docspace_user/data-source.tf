# Finds a person by email address. By id: id = "4c65a238-ca50-4374-b904-0d51d4c1822b".
data "docspace_user" "jane" {
  email = "jane@example.com"
}

# Receives events of this person only.
resource "docspace_webhook" "jane" {
  name      = "Changes to Jane's account"
  uri       = "https://hooks.example.com/docspace/people"
  triggers  = ["UserUpdated", "UserDeleted"]
  target_id = data.docspace_user.jane.id
}
