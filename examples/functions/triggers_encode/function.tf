# The number for these triggers in DocSpace's API: 384.
output "uploads" {
  value = provider::docspace::triggers_encode(["FileCreated", "FileUploaded"])
}

# All events: 0.
output "everything" {
  value = provider::docspace::triggers_encode(["All"])
}
