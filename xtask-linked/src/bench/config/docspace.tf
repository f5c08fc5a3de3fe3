terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

resource "docspace_webhook" "many" {
  for_each              = var.webhooks
  name                  = each.value.name
  uri                   = each.value.uri
  triggers              = ["FileUploaded"]
  secret_key_wo         = SECRET
  secret_key_wo_version = VERSION
}
