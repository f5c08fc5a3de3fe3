# One webhook, from nothing. It works with a real portal and with the emulator alike:
#
#   export DOCSPACE_BASE_URL=https://yourportal.onlyoffice.com
#   export DOCSPACE_API_KEY=sk-...
#   terraform apply -var receiver_uri=https://example.com/webhook-endpoint

terraform {
  required_version = ">= 1.5"

  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

# The portal and the key come from the environment, so neither is ever written into a file.
provider "docspace" {}

variable "receiver_uri" {
  description = "The address of the receiver. The portal probes it with HEAD and expects a 2xx answer."
  type        = string
}

variable "triggers" {
  description = "The events to deliver, or [\"All\"]."
  type        = set(string)
  default     = ["FileUploaded"]
}

variable "webhook_secret" {
  description = "The secret that deliveries are signed with. Omit it to have a strong one generated."
  type        = string
  sensitive   = true
  default     = null
}

resource "docspace_webhook" "uploads" {
  name       = "My file upload webhook"
  uri        = var.receiver_uri
  ssl        = startswith(var.receiver_uri, "https://")
  triggers   = var.triggers
  secret_key = var.webhook_secret
}

output "webhook_id" {
  description = "The webhook's id, which the portal assigns."
  value       = docspace_webhook.uploads.id
}
