variable "outage_began" {
  description = "When the receiver went away, such as 2026-06-30T12:00:00Z. Set it when you invoke the action; nothing else needs it."
  type        = string
  default     = null
}

resource "docspace_webhook" "uploads" {
  name     = "My file upload webhook"
  uri      = "https://hooks.example.com/docspace/uploads"
  triggers = ["FileUploaded"]
}

# After an outage of the receiver:
#
#   terraform apply -invoke=action.docspace_webhook_redeliver.after_outage -var outage_began=...
action "docspace_webhook_redeliver" "after_outage" {
  config {
    webhook_id   = docspace_webhook.uploads.id
    failed_since = var.outage_began
  }
}
