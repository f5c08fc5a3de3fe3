# 256: what the portal's API calls file uploads.
output "mask" {
  value = provider::docspace::triggers_encode(["FileUploaded"])
}
