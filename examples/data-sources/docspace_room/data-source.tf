# Finds a room by its title. If several have that title, use the id instead: id = "17".
data "docspace_room" "design" {
  title = "Design"
}

# Receives events of the room itself: its title and settings, archiving, deletion, and, as FolderUpdated, a new owner.
# It never receives events of the files and folders in the room.
resource "docspace_webhook" "design" {
  name      = "Design room"
  uri       = "https://hooks.example.com/docspace/rooms"
  triggers  = ["RoomUpdated", "RoomArchived", "RoomRestored", "RoomDeleted", "FolderUpdated"]
  target_id = data.docspace_room.design.id
}
