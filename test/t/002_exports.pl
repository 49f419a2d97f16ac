#
# What the library shows to others: what PostgreSQL calls by name, and nothing
# else, as another extension may have a function of the same name.
#
use strict;
use warnings;

use File::Basename;
use Test::More;

my @called = qw(usage_fdw_handler usage_fdw_validator usage_fdw_version usage_fdw_columns usage_fdw_first_day
  usage_fdw_requests usage_fdw_check);
my @wanted = sort 'Pg_magic_func', '_PG_init', map { ($_, "pg_finfo_$_") } @called;

my @seen = sort map { /\s[A-Za-z]\s(\S+)$/ ? $1 : () } split /\n/, `nm -D --defined-only usage_fdw.so`;
is_deeply(\@seen, \@wanted, 'what the library exports');

#
# Inside, each function that another file may call has its file's name before it,
# or the first word of that.  What PostgreSQL or its user calls begins with usage.
#
sub declared_functions
{
	my $text = shift;
	$text =~ s{/\*.*?\*/}{}gs;
	$text =~ s/pg_attribute_\w+\([^)]*\)//g;
	return $text =~ /^(?:pg_noreturn )?(?:extern|static inline)\b[^;{(]*?(\w+)\s*\(/mg;
}

sub is_named_for
{
	my ($function, $file) = @_;
	my ($stem) = basename($file) =~ /^(.*?)(?:_private)?\.h$/;
	my ($word) = $stem =~ /^([^_]+)/;
	return $function =~ /^(?:\Q$stem\E|\Q$word\E|usage)(?:_|$)/ || $function =~ /^usage[A-Z]/;
}

sub misnamed
{
	my ($file, $text) = @_;
	return map { "$file: $_" } grep { !is_named_for($_, $file) } declared_functions($text);
}

my @misnamed;
my $declared = 0;
for my $file (grep { !/compat\.h$/ } glob 'src/*/*.h')
{
	open my $header, '<', $file or die "could not open $file: $!";
	my $text = do { local $/; <$header> };
	$declared += () = declared_functions($text);
	push @misnamed, misnamed($file, $text);
}
cmp_ok($declared, '>', 150, 'functions are declared');
is_deeply(\@misnamed, [], 'each has the name of its file');
is_deeply(
	[ misnamed('src/http/http_url.h', "extern char *escape(const char *value);\nextern bool http_parse(void);") ],
	['src/http/http_url.h: escape'], 'one that has not is found');

done_testing();
