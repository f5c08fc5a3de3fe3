import {
  to = docspace_embedding.apps
  identity = {
    id = "embedding"
  }
}
