terraform {
  required_providers {
    restapi = {
      source = "mastercard/restapi"
    }
  }
}

variable "base_url" {
  type = string
}

variable "api_key" {
  type = string
}

provider "restapi" {
  uri                  = var.base_url
  write_returns_object = true
  id_attribute         = "response/id"
  headers = {
    Authorization = "Bearer ${var.api_key}"
    Content-Type  = "application/json"
  }
}

resource "restapi_object" "many" {
  for_each    = var.webhooks
  path        = "/api/2.0/settings/webhook"
  update_path = "/api/2.0/settings/webhook"
  read_path   = "/api/2.0/settings/webhook"
  read_search = {
    search_key   = "configs/id"
    search_value = "{id}"
    results_key  = "response"
  }
  data = jsonencode({
    name      = each.value.name
    uri       = each.value.uri
    secretKey = "S3cret-Key-${each.key}"
    enabled   = true
    ssl       = true
    triggers  = 256
  })
}
