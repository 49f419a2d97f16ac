#
# Measures the extension and its rivals, and prints tables.
#
# Wants a server where libpq's variables say, and a simulator where
# USAGE_SIMULATOR_URL says; see test/bench/run.
#
use strict;
use warnings;

use FindBin;

use lib $FindBin::RealBin;
use Bench::Contest;
use Bench::Memory;
use Bench::Network;
use Bench::Page;
use Bench::Report;
use Bench::Server;

$| = 1;
$SIG{PIPE} = 'IGNORE';
$ENV{PGOPTIONS} = '-c client_min_messages=warning';

control('set', 'gzip=off');
my $session = session();
set_up($session);
stop($session);
$session = session();
show_machine($session);
measure_page($session, 'days', 31, '31 buckets x 1000 results');
measure_page($session, 'minutes', 1, '1440 buckets x 50 results');
measure_latency($session, $_) for 50, 200;
measure_first_row($session);
show_newest($session);
show_peak();
show_growth();
stop($session);
print over() ? "\n" . over() . " over their limits\n" : "\nall within their limits\n";
