# By the webhook's id:
terraform import docspace_webhook.uploads 17

# Or by name and address, if you do not know the id:
terraform import docspace_webhook.uploads 'My file upload webhook|https://hooks.example.com/docspace/uploads'
