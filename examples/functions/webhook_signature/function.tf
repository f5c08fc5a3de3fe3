variable "webhook_secret" {
  type      = string
  sensitive = true
}

# The header that the portal would send with this body, to try a receiver with.
output "signature" {
  value = provider::docspace::webhook_signature(
    var.webhook_secret,
    jsonencode({ event = { id = 1, trigger = "file.uploaded" } })
  )
  sensitive = true
}
