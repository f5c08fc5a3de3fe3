# The triggers for a number from DocSpace's API: FileCreated and FileUploaded.
output "triggers" {
  value = provider::docspace::triggers_decode(384)
}

# A bit without a known name stays a number: UserCreated and 1099511627776.
output "newer_triggers" {
  value = provider::docspace::triggers_decode(1099511627777)
}
