# The number that DocSpace's API uses for these triggers: 384.
output "uploads" {
  value = provider::docspace::triggers_encode(["FileCreated", "FileUploaded"])
}

# Every event is 0.
output "everything" {
  value = provider::docspace::triggers_encode(["All"])
}
