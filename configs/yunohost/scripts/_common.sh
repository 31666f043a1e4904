#!/bin/bash

# embraye runs a command beside the server, as its user.
embraye() {
    runuser -u "$app" -- "$install_dir/embraye" --config "$install_dir/embraye.env" "$@"
}

# own_folders: root owns the program and the settings, the service its data alone.
own_folders() {
    chown -R "root:$app" "$install_dir"
    chmod -R u=rwX,g=rX,o= "$install_dir"
    chown "$app:$app" "$data_dir"
    chmod 700 "$data_dir"
}

start_and_wait() {
    ynh_systemctl --service="$app" --action="$1" --wait_until="listening on" --log_path="systemd" --timeout=300
}
