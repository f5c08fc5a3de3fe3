# One webhook, complete. It works with a real portal as well as with the emulator:
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

# The address and the key come from the environment and are in no file.
provider "docspace" {}

variable "receiver_uri" {
  description = "The address of the receiver, which must answer a HEAD request with a 2xx status."
  type        = string
}

variable "triggers" {
  description = "The events to deliver, or [\"All\"]."
  type        = set(string)
  default     = ["FileUploaded"]
}

variable "webhook_secret" {
  description = "The secret that signs deliveries. Omit it to have a strong one generated."
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
