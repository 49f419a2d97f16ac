#
# Each header compiles after postgres.h alone.
#
use strict;
use warnings;

use Test::More;

chomp(my $compile = `make -s --no-print-directory compile-command`);

for my $header (glob 'src/*.h src/*/*.h')
{
	open my $compiler, '|-', "$compile -fsyntax-only -x c -"
	  or die "could not run the compiler: $!";
	print $compiler qq(#include "postgres.h"\n#include "$header"\n);
	ok(close $compiler, "$header is self-contained");
}

done_testing();
