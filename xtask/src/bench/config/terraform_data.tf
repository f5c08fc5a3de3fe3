resource "terraform_data" "many" {
  count = COUNT
  input = {
    name     = "Webhook ${count.index}"
    uri      = "https://HOST/webhooks/${count.index}"
    triggers = ["FileUploaded"]
  }
}
