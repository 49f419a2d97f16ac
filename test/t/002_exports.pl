#
# What the library shows to others: what PostgreSQL calls by name, and nothing
# else, as another extension may have a function of the same name.
#
use strict;
use warnings;

use Test::More;

my @called = qw(usage_fdw_handler usage_fdw_validator usage_fdw_version usage_fdw_columns);
my @wanted = sort 'Pg_magic_func', '_PG_init', map { ($_, "pg_finfo_$_") } @called;

my @seen = sort map { /\s[A-Za-z]\s(\S+)$/ ? $1 : () } split /\n/, `nm -D --defined-only usage_fdw.so`;
is_deeply(\@seen, \@wanted, 'what the library exports');

done_testing();
