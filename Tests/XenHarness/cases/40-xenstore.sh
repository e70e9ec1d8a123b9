# Names and UUIDs are where a toolstack puts them, and the store knows the domains.
equal name web1 "$(xenstore-read "/local/domain/$(id web1)/name")"
path=$(xenstore-read "/local/domain/$(id db1)/vm")
equal "name in $path" db1 "$(xenstore-read "$path/name")"
uuid=$(xenstore-read "$path/uuid")
see domains list
has "^domain $(id db1) .* uuid $(echo "$uuid" | tr -d -)\$"
