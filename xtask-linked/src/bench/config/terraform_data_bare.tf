resource "terraform_data" "many" {
  for_each = var.webhooks
  input    = each.value.uri
}
