# A portal has one list, and this is its id:
terraform import docspace_embedding.apps embedding
