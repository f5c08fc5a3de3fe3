variable "webhook_secret" {
  description = "The secret with which the portal signs deliveries."
  type        = string
  ephemeral   = true
}

# Notifies the build server of every uploaded file. The secret is write-only: it is in neither the
# plan nor the state. Raise the version to send a new one.
resource "docspace_webhook" "uploads" {
  name     = "My file upload webhook"
  uri      = "https://hooks.example.com/docspace/uploads"
  triggers = ["FileUploaded"]

  secret_key_wo         = var.webhook_secret
  secret_key_wo_version = 1
}

# Notifies the audit service of every event. Since no secret is configured, the provider generates a
# strong one and keeps it in the state, where the configuration of the receiver can refer to it.
resource "docspace_webhook" "audit" {
  name     = "Audit trail"
  uri      = "https://audit.example.com/docspace"
  triggers = ["All"]
}

# Watches rooms, but is disabled for now.
resource "docspace_webhook" "rooms" {
  name     = "Room changes"
  uri      = "https://hooks.example.com/docspace/rooms"
  triggers = ["RoomCreated", "RoomArchived", "RoomDeleted"]
  enabled  = false
}
