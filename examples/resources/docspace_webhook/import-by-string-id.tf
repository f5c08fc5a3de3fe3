import {
  to = docspace_webhook.uploads
  id = "17"
}
