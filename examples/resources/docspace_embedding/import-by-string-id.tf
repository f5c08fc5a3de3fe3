import {
  to = docspace_embedding.apps
  id = "embedding"
}
