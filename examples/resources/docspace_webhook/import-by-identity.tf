import {
  to = docspace_webhook.uploads
  identity = {
    id = "17"
  }
}
