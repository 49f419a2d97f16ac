#
# test/lib/common.sh
#	  Throwaway servers for test/run, test/dev and test/demo/run, which source
#	  this from the top directory.
#
# PostgreSQL refuses to run as root.  So when root calls, servers and clients
# run as the owner of the tree, or, where that is root too, as the operating
# system's user "postgres".  Everything is written below $work.
#

set -u
export LC_ALL=C

fail()
{
	echo "$0: $*" >&2
	exit 1
}

# Run as another operating system user, by exec, so that signals get there.
as_user()
{
	local user=$1
	shift
	setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- \
		env HOME="${work:-/}" USER="$user" "$@"
}

# Where the tree is somebody's, root does as that somebody: nothing is left
# behind that the owner can't remove.
become_owner()
{
	local owner
	owner=$(stat -c %U .)
	if [ "$(id -u)" = 0 ] && [ "$owner" != root ] && [ "$owner" != UNKNOWN ] &&
		as_user "$owner" test -r "$PWD/Makefile"
	then
		exec setpriv --reuid="$owner" --regid="$(id -g "$owner")" --init-groups -- \
			env HOME="$(getent passwd "$owner" | cut -d: -f6)" USER="$owner" "$0" "$@"
	fi
}

# Install what is missing and find PostgreSQL; with "run", but for what only tests
# need.  Settings of the caller's own servers must not reach ours; for how long tests
# wait may be said.
prepare()
{
	local timeout=${PG_TEST_TIMEOUT_DEFAULT-}
	[ "$(uname)" = Linux ] || fail "this needs Linux; elsewhere: make, make install, make installcheck"
	test/setup "$@" || exit 1
	pg_config=${PG_CONFIG:-pg_config}
	unset MAKEFLAGS MFLAGS MAKELEVEL
	unset "${!PG@}"
	export PG_CONFIG=$pg_config ${timeout:+PG_TEST_TIMEOUT_DEFAULT="$timeout"}
	bindir=$("$pg_config" --bindir)
	PATH=$bindir:$PATH
	pgxs=$(dirname "$("$pg_config" --pgxs)")/../..
	# The simulator is on loopback; a proxy could not reach it.
	export no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
}

# Build everything, with what BUILD_FLAGS tells make, and stage the extension in tmp_check/stage, from where a
# server takes it by Debian's extension_destdir, or from PostgreSQL 18 on by
# extension_control_path.
build()
{
	local stage=$PWD/tmp_check/stage known
	mkdir -p tmp_check
	# shellcheck disable=SC2086
	flock tmp_check/lock make -s -j"$(nproc)" all simulator ${BUILD_FLAGS-} &&
		flock tmp_check/lock make -s install DESTDIR="$stage" ${BUILD_FLAGS-} >/dev/null || return 1
	known=$(postgres --describe-config | cut -f1)
	if grep -qx extension_destdir <<<"$known"
	then
		echo "extension_destdir = '$stage'"
	elif grep -qx extension_control_path <<<"$known"
	then
		echo "extension_control_path = '$stage$("$pg_config" --sharedir):\$system'"
		echo "dynamic_library_path = '$stage$("$pg_config" --pkglibdir):\$libdir'"
	else
		fail "this PostgreSQL only loads extensions that are installed: make install installcheck"
	fi >tmp_check/stage.conf
}

# Set $work to a new private directory named $1 plus our process id, and
# as_runner to what runs a command as the user that servers run as.  A tree
# that this user can't enter (a clone below /root, say) is left for a copy in
# the temporary directory, which goes away at exit.
enter_work()
{
	local old pid
	for old in tmp_check/"$1".*
	do
		pid=${old##*.}
		# In a new container a process may have the number of one of the last.
		[ -d "/proc/$pid" ] && [ "$pid" != $$ ] || rm -rf "$old"
	done

	runner=$(id -un)
	[ "$(id -u)" != 0 ] || runner=postgres
	work=$PWD/tmp_check/$1.$$
	kept=$work
	tree_copy=
	mkdir -p -m 700 "$work"
	if [ "$(id -u)" = 0 ]
	then
		chown "$runner" "$work"
		if ! as_user "$runner" test -r "$work" -a -r "$PWD/src/usage_fdw.c" -a -r "$PWD/tmp_check/stage.conf"
		then
			rm -rf "$work"
			tree_copy=$(mktemp -d "${TMPDIR:-/tmp}/usage_fdw.XXXXXX")
			tar -cf - --no-wildcards-match-slash --exclude=./.git --exclude=./tmp_check/dev \
				--exclude='./tmp_check/*.[0-9]*' . | tar -xf - -C "$tree_copy"
			sed "s|$PWD|$tree_copy|g" tmp_check/stage.conf >"$tree_copy/tmp_check/stage.conf"
			chown -R "$runner" "$tree_copy"
			chmod 755 "$tree_copy"
			cd "$tree_copy" || exit 1
			work=$tree_copy/tmp_check/$1.$$
			as_user "$runner" mkdir "$work"
		fi
	fi

	# A socket's path has about a hundred characters, and TAP tests add 30.
	sockets=$work
	short_temp=
	if [ ${#work} -gt 70 ]
	then
		short_temp=$(mktemp -d "${TMPDIR:-/tmp}/usage_fdw.XXXXXX")
		chown "$runner" "$short_temp"
		sockets=$short_temp
	fi
	as_runner mkdir -p "$work/tmp"
	export TMPDIR=${short_temp:-$work/tmp}
}

as_runner()
{
	if [ "$(id -u)" = 0 ]
	then
		as_user "$runner" "$@"
	else
		env HOME="$work" "$@"
	fi
}

# A server on a socket in $sockets only; its superuser is "postgres".
start_cluster()
{
	as_runner initdb -D "$work/data" -U postgres -A trust -E UTF8 --no-locale --no-sync \
		>"$work/initdb.log" 2>&1 || { cat "$work/initdb.log"; return 1; }
	as_runner tee -a "$work/data/postgresql.conf" <<-END >/dev/null
		include '$PWD/tmp_check/stage.conf'
		listen_addresses = ''
		unix_socket_directories = '$sockets'
		fsync = off
		autovacuum = off
		max_wal_senders = 0
		wal_level = minimal
		log_statement = none
		log_min_error_statement = panic
		log_timezone = 'UTC'
	END
	as_runner pg_ctl -D "$work/data" -l "$work/server.log" -w -s start ||
		{ cat "$work/server.log"; return 1; }
	export PGHOST=$sockets PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
}

# Stop every server below $work, ours and those of TAP tests that were cut off.
stop_clusters()
{
	local pidfile
	find "$work" "${short_temp:-$work}" -name postmaster.pid 2>/dev/null | while read -r pidfile
	do
		as_runner pg_ctl -D "$(dirname "$pidfile")" -m immediate -s stop </dev/null 2>/dev/null
	done
}

# Run a command in a process group of its own: bash acts on a signal only
# between commands, but waiting for a background job it does so at once.
child=
run_child()
{
	local status
	set -m
	"$@" </dev/null &
	child=$!
	set +m
	wait "$child"
	status=$?
	child=
	return $status
}

stop_child()
{
	[ -n "$child" ] || return 0
	kill -TERM -- "-$child" 2>/dev/null
	wait "$child" 2>/dev/null
	child=
}

# Leave nothing running and, with "keep", only the logs and outputs, in $kept.
leave_work()
{
	[ -n "${work-}" ] || return 0
	stop_child
	stop_clusters
	if [ "${1-}" = keep ]
	then
		find "$work" -depth \( -name data -o -name pgdata -o -name tmp \) -exec rm -rf {} +
		[ "$work" = "$kept" ] || cp -r "$work" "$kept"
	else
		rm -rf "$work"
	fi
	rm -rf ${tree_copy:+"$tree_copy"} ${short_temp:+"$short_temp"}
	work=
}
