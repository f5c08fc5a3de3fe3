variable "webhook_secret" {
  description = "The secret that the receiver knows."
  type        = string
  sensitive   = true
}

locals {
  body = jsonencode({ event = { id = 501, trigger = "file.uploaded", triggerId = 256 } })
}

# What the portal would write into the header x-docspace-signature-256 of this delivery. Send both to
# a receiver to see whether it verifies signatures.
output "signature" {
  value     = provider::docspace::webhook_signature(var.webhook_secret, local.body)
  sensitive = true
}
