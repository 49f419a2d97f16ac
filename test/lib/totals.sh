#
# test/lib/totals.sh
#	  What a run of tests said at its end, for those that run test/run, which source this.
#

# Print the last "N passed, N failed" of a log as two numbers; nothing if there is none.
last_totals() { sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$1" | tail -n 1; }
