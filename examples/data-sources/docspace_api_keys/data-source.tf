# All keys that work.
data "docspace_api_keys" "working" {
  is_active = true
  expired   = false
}

output "unrestricted_keys" {
  value = [
    for key in data.docspace_api_keys.working.keys : key.name
    if contains(key.permissions, "*")
  ]
}
