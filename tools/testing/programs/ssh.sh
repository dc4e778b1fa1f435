#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# OpenSSH: a command with its input and output, the same by way of a jump host; scp, and sftp both ways.
# Packages: openssh-server openssh-client
# shellcheck source=tools/testing/programs/lib.sh
. "$(dirname "$0")/lib.sh"

prepare() {
	ssh-keygen -q -t ed25519 -N '' -f "$WORK/host"
	ssh-keygen -q -t ed25519 -N '' -f "$WORK/user"
	random_file "$WORK/data" 1024
	# Where the server leaves its privileges; its own directory of that name may be missing.
	mkdir -p /run/sshd
	cat >"$WORK/ssh_config" <<-CONF
		Host *
			User root
			IdentityFile $WORK/user
			UserKnownHostsFile $WORK/known
			GlobalKnownHostsFile /dev/null
			StrictHostKeyChecking yes
			HostKeyAlias strata
			BatchMode yes
	CONF
	echo "strata $(cut -d' ' -f1,2 "$WORK/host.pub")" >"$WORK/known"
}

server() {
	# With that SHLVL, bash reads no file of whoever runs this.
	cat >sshd_config <<-CONF
		Port $PORT
		HostKey $WORK/host
		PidFile none
		StrictModes no
		UsePAM yes
		PermitRootLogin yes
		AuthorizedKeysFile $WORK/user.pub
		Subsystem sftp internal-sftp
		SetEnv SHLVL=2
	CONF
	exec /usr/sbin/sshd -D -e -f "$PWD/sshd_config"
}

client() {
	ssh -F "$WORK/ssh_config" -p "$PORT" "$HOST" 'cat; exit 7' <"$WORK/data" >got1 || [ $? -eq 7 ]
	cmp got1 "$WORK/data"
	ssh -F "$WORK/ssh_config" -o ProxyCommand="ssh -F $WORK/ssh_config -p $PORT -W localhost:$PORT $HOST" \
		"$HOST" cat "$WORK/data" >got2
	cmp got2 "$WORK/data"
	scp -q -F "$WORK/ssh_config" -P "$PORT" "$AT:$WORK/data" got3
	cmp got3 "$WORK/data"
	printf '%s\n' "put $WORK/data $PWD/new" "get $PWD/new got4" "rm $PWD/new" |
		sftp -q -b - -F "$WORK/ssh_config" -P "$PORT" "$AT"
	cmp got4 "$WORK/data"
	[ ! -e new ]
}

everywhere
