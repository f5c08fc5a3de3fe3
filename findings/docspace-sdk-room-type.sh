#!/usr/bin/env bash
# The DocSpace SDK for Python cannot filter rooms by their type.
#
# Expected: get_rooms_folder has a parameter `type`, documented as the filter by room type. Rooms for editing are asked
# for with type=[RoomType.EditingRoom], and the request has type=2.
# What happens: a list of types is refused. The parameter is a list of lists, and what is sent for one is Python's text
# of the inner list, with its brackets: type=%5B2%5D, which is no room type. A list of two types is one such text.
# Why it matters: no argument leads to a request with the filter. A script has to read all rooms and look at their type,
# which the SDK does not return either.
# Seen with docspace-api-sdk 3.7.0, pydantic 2.14.4.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check docspace-api-sdk==3.7.0 pydantic==2.14.4
echo "version   docspace-api-sdk $(venv/bin/pip show docspace-api-sdk | sed -n 's/^Version: //p')"

cat > probe.py <<'EOF'
import urllib.parse
import warnings

warnings.simplefilter("ignore")
from docspace_api_sdk import ApiClient, Configuration, RoomsApi, RoomType, SearchArea
from pydantic import ValidationError


class Sent(Exception):
    pass


class Recorder(ApiClient):
    """Reports the address of a request in place of sending it."""

    def call_api(self, method, url, *arguments, **named):
        raise Sent(urllib.parse.urlsplit(url).query)


rooms = RoomsApi(Recorder(Configuration(host="http://localhost")))


def query(**filters):
    try:
        rooms.get_rooms_folder(**filters)
    except Sent as sent:
        return str(sent)
    except ValidationError as error:
        return f"ValidationError: {error.errors()[0]['type']}"


print("search_area:", query(search_area=SearchArea.Archive))
print("type:", query(type=RoomType.EditingRoom))
print("list:", query(type=[RoomType.EditingRoom]))
print("list of lists:", query(type=[[RoomType.EditingRoom]]))
print("list of two lists:", query(type=[[RoomType.EditingRoom], [RoomType.CustomRoom]]))
EOF
seen=$(venv/bin/python probe.py)
want='search_area: searchArea=1
type: ValidationError: list_type
list: ValidationError: list_type
list of lists: type=%5B2%5D
list of two lists: type=%5B2%5D,%5B5%5D'

echo 'expected  type=2'
echo 'seen      an error, or type=[2]'
echo 'output'
echo "$seen"
if [[ $seen != "$want" ]]; then
  echo 'The behavior has changed.' >&2
  exit 1
fi
