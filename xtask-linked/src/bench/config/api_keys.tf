terraform {
  required_providers {
    docspace = {
      source = "onlyoffice/docspace"
    }
  }
}

resource "docspace_api_key" "many" {
  for_each    = var.webhooks
  name        = each.value.name
  permissions = ["rooms:read"]
  is_active   = strcontains(each.value.uri, "example.com")
}
