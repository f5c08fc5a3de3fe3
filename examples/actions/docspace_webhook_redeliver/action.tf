variable "outage_began" {
  description = "When the outage began, such as 2026-06-30T12:00:00Z. Only the action needs it."
  type        = string
  default     = null
}

resource "docspace_webhook" "uploads" {
  name     = "My file upload webhook"
  uri      = "https://hooks.example.com/docspace/uploads"
  triggers = ["FileUploaded"]
}

# Run this after an outage of the receiver:
#
#   terraform apply -invoke=action.docspace_webhook_redeliver.after_outage -var outage_began=...
action "docspace_webhook_redeliver" "after_outage" {
  config {
    webhook_id   = docspace_webhook.uploads.id
    failed_since = var.outage_began
  }
}
