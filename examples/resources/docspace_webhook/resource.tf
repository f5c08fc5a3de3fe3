variable "webhook_secret" {
  description = "The secret with which the portal signs what it sends to the receiver."
  type        = string
  ephemeral   = true
}

# Tells the build server about every file that is uploaded. The secret is write-only: it is in
# neither the plan nor the state. Raise the version to send a new one.
resource "docspace_webhook" "uploads" {
  name     = "My file upload webhook"
  uri      = "https://hooks.example.com/docspace/uploads"
  triggers = ["FileUploaded"]

  secret_key_wo         = var.webhook_secret
  secret_key_wo_version = 1
}

# Tells the audit service about everything. Without a secret given, a strong one is generated and
# kept in the state, from where the receiver's own configuration can take it.
resource "docspace_webhook" "audit" {
  name     = "Audit trail"
  uri      = "https://audit.example.com/docspace"
  triggers = ["All"]
}

# Watches the rooms, and is switched off for now.
resource "docspace_webhook" "rooms" {
  name     = "Room changes"
  uri      = "https://hooks.example.com/docspace/rooms"
  triggers = ["RoomCreated", "RoomArchived", "RoomDeleted"]
  enabled  = false
}
