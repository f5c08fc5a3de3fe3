# Save this in a file whose name ends in .tfquery.hcl, such as find.tfquery.hcl.
list "docspace_webhook" "switched_off" {
  provider = docspace
  limit    = 1000 # without it, Terraform stops after 100

  config {
    enabled    = false
    uri_prefix = "https://hooks.example.com/"
  }
}
