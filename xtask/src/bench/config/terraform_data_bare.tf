resource "terraform_data" "many" {
  count = COUNT
  input = "https://HOST/webhooks/${count.index}"
}
