# ["FileUploaded", "RoomCreated"]: a number found in a script or in an answer of the API, in words.
output "triggers" {
  value = provider::docspace::triggers_decode(4194560)
}
