# By the id, which you find with the data source docspace_api_keys or in the portal's API:
terraform import docspace_api_key.monitoring 0d3f2f5e-6a41-4c57-9b1a-00000000002a
