#
# test/lib/simulator.sh
#	  Start and stop a simulator from a shell script, which sets $tests to the
#	  test directory before it sources this.
#

# On a free port; sets and exports USAGE_SIMULATOR_URL and
# USAGE_SIMULATOR_CONTROL.  It ends with process $1 (default: the caller, 0:
# none) even if nobody stops it.  What follows is for it.
start_simulator()
{
	local parent=${1:-$$} try
	simulator_dir=$(mktemp -d)
	"$tests/simulator/usage_simulator" --daemon-parent "$parent" "${@:2}" \
		--ready-file "$simulator_dir/ready" </dev/null &
	simulator=$!
	for ((try = 0; try < 200; try++))
	do
		if [ -s "$simulator_dir/ready" ]
		then
			USAGE_SIMULATOR_URL=http://127.0.0.1:$(sed -n 's/^port=//p' "$simulator_dir/ready")
			export USAGE_SIMULATOR_URL USAGE_SIMULATOR_CONTROL=$tests/simulator/control
			return 0
		fi
		kill -0 "$simulator" 2>/dev/null || break
		sleep 0.05
	done
	echo "$0: the simulator did not start" >&2
	return 1
}

stop_simulator()
{
	[ -n "${simulator-}" ] || return 0
	kill "$simulator" 2>/dev/null
	wait "$simulator" 2>/dev/null
	rm -rf "$simulator_dir"
	simulator=
}
