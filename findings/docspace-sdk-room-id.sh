#!/usr/bin/env bash
# The DocSpace SDK for Python lists rooms without their ids.
#
# Expected: RoomsApi.get_rooms_folder is documented to return the contents of the rooms section. Each room in it has an
# id, a type and tags, as the portal answers, and as the model of a single room has them.
# What happens: the answer's `folders` are of the model that all entries have in common: title, dates, owner. What a
# room has beside that is dropped: id, roomType, tags. The files of a folder lose id, version and length in the same
# way. Nothing is raised, and to_dict does not have them either.
# Why it matters: whatever is to be done with a room takes its id. A script that finds a room by its title, to import it
# into Terraform for example, has to read the answer as plain JSON.
# Seen with docspace-api-sdk 3.7.0, pydantic 2.14.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check docspace-api-sdk==3.7.0 pydantic==2.14.4
echo "version   docspace-api-sdk $(venv/bin/pip show docspace-api-sdk | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import inspect
import warnings

warnings.simplefilter("ignore")
from docspace_api_sdk import FolderContentIntegerWrapper, FolderDtoInteger, RoomsApi

room = {"id": 5, "title": "Sales", "roomType": 2, "tags": ["emea"], "parentId": 1, "filesCount": 3}
file = {"id": 7, "title": "offer.docx", "version": 3, "pureContentLength": 1024}
answer = {"response": {"folders": [room], "files": [file], "pathParts": [], "total": 2}}


def names(model):
    return sorted(name for name, value in model.to_dict().items() if value is not None)


print("get_rooms_folder returns", inspect.signature(RoomsApi.get_rooms_folder).return_annotation)
content = FolderContentIntegerWrapper.from_dict(answer).response
print("room of the list:", names(content.folders[0]), "id" in type(content.folders[0]).model_fields)
print("file of the list:", names(content.files[0]), "id" in type(content.files[0]).model_fields)
print("room on its own:", names(FolderDtoInteger.from_dict(room)))
EOF
seen=$(venv/bin/python probe.py)
want='get_rooms_folder returns FolderContentIntegerWrapper
room of the list: ['\''title'\''] False
file of the list: ['\''title'\''] False
room on its own: ['\''filesCount'\'', '\''id'\'', '\''parentId'\'', '\''roomType'\'', '\''tags'\'', '\''title'\'']'

echo 'expected  the room and the file have an id'
echo 'seen      of both, the title is left'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
