#
# A build elsewhere than in the tree (VPATH), as packages make it: the library has what
# PostgreSQL calls, and what is to be installed is there.
#
use strict;
use warnings;

use Cwd;
use File::Temp;
use Test::More;

my $top = getcwd();
my $dir = File::Temp->newdir;

# make takes what is built in the tree for built
mkdir "$dir/$_" for qw(source build);
system("tar -cf - --exclude='*.o' --exclude='*.bc' --exclude='usage_fdw--*.sql' Makefile usage_fdw.control src sql extension"
	  . " | tar -xf - -C $dir/source") == 0 or die 'could not copy the sources';
my $make = "make -s -f $dir/source/Makefile VPATH=$dir/source with_llvm=no PROFILE=-O0";
my $log = `cd $dir/build && { $make -j2 && $make install DESTDIR=$dir/root; } 2>&1`;
is($?, 0, 'it builds') or diag $log;

my @names = map { /\b(\w+)$/ ? $1 : () } `nm -D --defined-only $dir/build/usage_fdw.so`;
my @here = map { /\b(\w+)$/ ? $1 : () } `nm -D --defined-only $top/usage_fdw.so`;
is_deeply([ sort @names ], [ sort @here ], 'the library exports what it does in the tree');
cmp_ok(scalar @names, '>=', 10, 'and that is something');

chomp(my @installed = `cd $dir/root && find . -name 'usage_fdw*' -printf '%f\n'`);
for my $file ('usage_fdw.so', 'usage_fdw.control', 'usage_fdw--1.0.sql')
{
	ok((grep { $_ eq $file } @installed), "$file is installed");
}

done_testing();
