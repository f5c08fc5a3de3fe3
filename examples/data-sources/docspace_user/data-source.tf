# Finds a person by the address that the portal knows, or by the id: id = "4c65a238-ca50-4374-b904-0d51d4c1822b".
data "docspace_user" "jane" {
  email = "jane@example.com"
}

# Hears of this person alone.
resource "docspace_webhook" "jane" {
  name      = "Changes to Jane's account"
  uri       = "https://hooks.example.com/docspace/people"
  triggers  = ["UserUpdated", "UserDeleted"]
  target_id = data.docspace_user.jane.id
}
