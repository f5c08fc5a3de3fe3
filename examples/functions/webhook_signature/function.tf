variable "webhook_secret" {
  description = "The secret that the receiver knows."
  type        = string
  sensitive   = true
}

locals {
  body = jsonencode({ event = { id = 501, trigger = "file.uploaded", triggerId = 256 } })
}

# The header x-docspace-signature-256 that the portal would send with this body. Send both to a
# receiver to test whether it verifies signatures.
output "signature" {
  value     = provider::docspace::webhook_signature(var.webhook_secret, local.body)
  sensitive = true
}
