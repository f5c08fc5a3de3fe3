# A portal has one such list, with this id:
terraform import docspace_embedding.apps embedding
