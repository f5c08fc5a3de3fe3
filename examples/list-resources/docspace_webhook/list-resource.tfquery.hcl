# terraform query lists what matches; with -generate-config-out=found.tf it also writes the import
# blocks and the configuration to adopt it.
list "docspace_webhook" "switched_off" {
  provider = docspace

  config {
    enabled    = false
    uri_prefix = "https://hooks.example.com/"
  }
}
