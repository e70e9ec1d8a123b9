# Names and UUIDs are at the paths that toolstacks use, and xenstore has the domains.
equal name web1 "$(xenstore-read "/local/domain/$(id web1)/name")"
path=$(xenstore-read "/local/domain/$(id db1)/vm")
equal "name in $path" db1 "$(xenstore-read "$path/name")"
uuid=$(xenstore-read "$path/uuid")
run domains list
has "^domain $(id db1) .* uuid $(echo "$uuid" | tr -d -)\$"
