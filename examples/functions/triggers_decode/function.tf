# The triggers behind a number of DocSpace's API: FileCreated and FileUploaded.
output "triggers" {
  value = provider::docspace::triggers_decode(384)
}

# A bit that the provider has no name for stays a number: UserCreated and 1099511627776.
output "newer_triggers" {
  value = provider::docspace::triggers_decode(1099511627777)
}
