#
# test/mutate takes conditions out of the sources by their text: is each of them
# still where it was?
#
use strict;
use warnings;

use Test::More;

my $lost = `perl test/mutate --check`;
is($?, 0, 'every condition that test/mutate takes out is there') or diag $lost;
like(`perl test/mutate --check 2>&1 | wc -l`, qr/^\s*0$/, 'and nothing is said of it');

done_testing();
