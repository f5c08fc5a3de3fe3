list "docspace_api_key" "ci" {
  provider = docspace
  config {
    name_prefix = "CI "
    is_active   = true
  }
}
