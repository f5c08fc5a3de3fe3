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
  count       = COUNT
  path        = "/api/2.0/settings/webhook"
  update_path = "/api/2.0/settings/webhook"
  read_path   = "/api/2.0/settings/webhook"
  read_search = {
    search_key   = "configs/id"
    search_value = "{id}"
    results_key  = "response"
  }
  data = jsonencode({
    name      = "Webhook ${count.index}"
    uri       = "https://HOST/webhooks/${count.index}"
    secretKey = "S3cret-Key-${count.index}"
    enabled   = true
    ssl       = true
    triggers  = 256
  })
}
