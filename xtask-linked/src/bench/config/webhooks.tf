variable "webhooks" {
  type = map(object({
    name = string
    uri  = string
  }))
}
