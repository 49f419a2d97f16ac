#
# The architecture: who may include whom, and who may know what.
#
use strict;
use warnings;

use File::Basename;
use File::Copy;
use File::Temp;
use Test::More;

# A file includes only headers of lower layers, and those of its own module.
# A module is a file's name, or what stands before its first underscore, so
# http_url.c is part of http.
my @layers = (
	[qw(compat)],    # versions
	[qw(encoding saturate secret)],    # text; numbers that stay in range; what is not to be told
	[qw(endpoint timerange http page)],    # what exists; time; fetching; reading
	[qw(value)],                           # the text of an option
	[qw(option)],                          # what the user set
	[qw(key table)],                       # whose key; which columns
	[qw(level request tuple failure bucket partition)],    # what the query needs; what is asked; Datums; what went wrong; bounds
	[qw(slice qual grain fetch order keep)],
	[qw(bind width density share)],
	[qw(stream estimate join)],
	[qw(plan reread)],
	[qw(scan import analyze)],
	[qw(async explain)],
	[qw(usage_fdw)]);

# Patterns in the text without comments, and the modules that may have them.
my %reserved = (
	'json-c' => [ qr/#\s*include\s*[<"]json-c/, qw(page) ],
	'libcurl' => [ qr/#\s*include\s*[<"]curl/, qw(compat http) ],
	'a version number' => [
		qr/\b(?:PG_(?:MAJOR)?VERSION_NUM|LIBCURL_VERSION_NUM|JSON_C_VERSION_NUM)\b/,
		qw(compat)
	],
	# it asserts that no clause is pseudoconstant, which those of a query may be
	'get_actual_clauses()' => [ qr/\bget_actual_clauses\b/ ]);

# Words of the catalogue that others need as well: the envelope's parameters,
# the names of roles and widths, and what is also a unit of time.
my %common = map { $_ => 1 } qw(
  start_time end_time bucket_width limit page group_by
  bucket dimension measure level label other
  1m 1h 1d day);

my %layer;
for my $i (0 .. $#layers)
{
	$layer{$_} = $i for @{ $layers[$i] };
}

sub module
{
	my $name = basename(shift, '.c', '.h');
	$name =~ s/_.*// if !exists $layer{$name};
	return $name;
}

# The text of a file, without its comments.
sub code
{
	my $path = shift;
	open my $file, '<', $path or die "could not open $path: $!";
	local $/;
	my $text = <$file>;
	$text =~ s{("(?:[^"\\\n]|\\.)*")|/\*.*?\*/}{$1 // ' '}gse;
	return $text;
}

# The strings in it that could be names.
sub strings
{
	my $text = shift;
	$text =~ s/^#\s*include.*//mg;
	return $text =~ m{"(/?[a-z0-9][a-z0-9_./]*)"}g;
}

# Names of endpoints, columns and parameters: all that looks like one of them
# among the catalogue's strings.
sub catalogue_words
{
	my $dir = shift;
	my $text = join '', map { code($_) } glob "$dir/endpoint*.c $dir/*/endpoint*.c";
	return map { $_ => 1 }
	  grep { !$common{$_} } strings($text);
}

# What is wrong with the sources in a directory, as a list of sentences.
sub complaints
{
	my $dir = shift;
	my %word = catalogue_words($dir);
	my @found;

	for my $path (glob "$dir/*.[ch] $dir/*/*.[ch]")
	{
		my $file = basename($path);
		my $module = module($file);
		my $text = code($path);

		push @found, "$file belongs to no layer" if !exists $layer{$module};
		for my $header ($text =~ /^#\s*include\s*"([^"]+\.h)"/mg)
		{
			my $used = module($header);
			next if !exists $layer{$used} || $used eq $module;
			next if !-e "$dir/$header" && !-e "$dir/" . basename($header);
			next if $header =~ m{/} && !-e "src/$header";
			push @found, "$file includes $header"
			  if ($layer{$used} >= ($layer{$module} // 0));
		}
		for my $what (sort keys %reserved)
		{
			my ($pattern, @users) = @{ $reserved{$what} };
			push @found, "$file uses $what"
			  if $text =~ $pattern && !grep { $_ eq $module } @users;
		}
		next if $module eq 'endpoint';
		push @found, map { "$file names \"$_\"" }
		  grep { $word{$_} } strings($text);
	}
	return @found;
}

# Complaints after a line was added to a file in a copy of the sources.
sub complaints_after
{
	my ($file, $line) = @_;
	my $copy = File::Temp->newdir;
	copy($_, $copy) for glob 'src/*.[ch] src/*/*.[ch]';
	open my $out, '>>', "$copy/$file" or die "could not open $file: $!";
	print $out "$line\n";
	close $out;
	return complaints("$copy");
}

my @found = complaints('src');
is(scalar @found, 0, 'sources keep to the layers') or diag join "\n", @found;

# The test can fail.
my %planted = (
	'an include upwards' =>
	  [ 'endpoint.h', '#include "option.h"', 'endpoint.h includes option.h' ],
	'an include sideways' =>
	  [ 'http.h', '#include "page.h"', 'http.h includes page.h' ],
	'a file of no module' => [ 'misc.c', '', 'misc.c belongs to no layer' ],
	'json-c outside of page' =>
	  [ 'option.h', '#include <json-c/json.h>', 'option.h uses json-c' ],
	'curl outside of http' =>
	  [ 'page.h', '#include <curl/curl.h>', 'page.h uses libcurl' ],
	'a version outside of compat' =>
	  [ 'http.h', '#if PG_VERSION_NUM > 1', 'http.h uses a version number' ],
	'clauses taken without a look at them' =>
	  [ 'plan.c', 'get_actual_clauses(NIL);', 'plan.c uses get_actual_clauses()' ],
	'a name of the catalogue' =>
	  [ 'option.h', '#define X "project_ids"', 'option.h names "project_ids"' ]);

for my $name (sort keys %planted)
{
	my ($file, $line, $expected) = @{ $planted{$name} };
	my %after = map { $_ => 1 } complaints_after($file, $line);
	ok($after{$expected}, "$name is found");
}

done_testing();
