#
# "make installcheck" on somebody's own cluster, which need not be like those that the
# tests make: of another encoding, with settings that change what plans say.
#
use strict;
use warnings;

use IPC::Run;
use Test::More;

use UsageFdw::Test;

my $node = cluster('own', encoding => 'LATIN1', conf => <<'END');
timezone = 'Asia/Kolkata'
datestyle = 'German'
intervalstyle = 'iso_8601'
compute_query_id = on
END
is($node->safe_psql('postgres', 'SHOW server_encoding'), 'LATIN1', 'the cluster has another encoding');

# All of them have passed; these are those that would tell.
my $files = $ENV{REGRESS} // 'catalogue explain filter import lists_filter option overflow random tables time';
my $out = $node->basedir . '/regress';
mkdir $out;
local @ENV{qw(PGHOST PGPORT PGUSER)} = ($node->host, $node->port, getpwuid $<);
my $passes = IPC::Run::run([ 'make', '-s', '--no-print-directory', 'installcheck', "REGRESS=$files",
	"EXTRA_REGRESS_OPTS=--outputdir=$out" ], '<', '/dev/null', '>', \my $log, '2>&1');
ok($passes, 'installcheck passes') or diag $log, -e "$out/regression.diffs" ? `cat $out/regression.diffs` : '';

done_testing();
