#!/bin/sh
# An upgrade leaves the service running; a removal stops it. The ledger in
# /var/lib/svartid stays in any case.
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
	systemctl --no-reload disable --now svartid.service || true
fi
