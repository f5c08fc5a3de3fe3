resource "terraform_data" "many" {
  for_each = var.webhooks
  input = {
    name     = each.value.name
    uri      = each.value.uri
    triggers = ["FileUploaded"]
  }
}
