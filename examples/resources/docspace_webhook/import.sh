# By the webhook's id:
terraform import docspace_webhook.uploads 17

# Or by name and address, when the number is not at hand:
terraform import docspace_webhook.uploads 'My file upload webhook|https://hooks.example.com/docspace/uploads'
