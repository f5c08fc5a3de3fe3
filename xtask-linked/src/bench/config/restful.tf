terraform {
  required_providers {
    restful = {
      source = "magodo/restful"
    }
  }
}

variable "base_url" {
  type = string
}

variable "api_key" {
  type = string
}

provider "restful" {
  base_url = var.base_url
  security = {
    http = {
      token = {
        token = var.api_key
      }
    }
  }
}

resource "restful_resource" "many" {
  for_each        = var.webhooks
  path            = "/api/2.0/settings/webhook"
  create_selector = "response"
  read_path       = "$(path)"
  read_selector   = "response.#(configs.id==$(body.id)).configs"
  update_path     = "$(path)"
  delete_path     = "$(path)/$(body.id)"
  body = {
    name     = each.value.name
    uri      = each.value.uri
    enabled  = true
    ssl      = true
    triggers = 256
  }
}
