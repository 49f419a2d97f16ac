#
# The architecture: who may include whom, and who may know what.
#
use strict;
use warnings;

use File::Basename;
use File::Copy;
use File::Temp;
use Test::More;

# A wing answers one question and is a folder; it includes only wings above it
# here, and not its neighbours of the same line.  Inside a wing, a file includes
# only headers of lower layers, and those of its own module.  A module is a file's
# name, or what stands before an underscore in it, so http_url.c is part of http.
# A header NAME_private.h is for its wing alone.
my @wings = (
	# versions; numbers, time and text; what is not to be told; what sessions count together
	{ base => [ [qw(compat)], [qw(saturate secret encoding field rows clock permit)], [qw(timerange rate)] ] },
	# one attempt at a GET; bytes to typed values
	{ http => [ [qw(http)] ], page => [ [qw(page)] ] },
	# what exists; what the user set
	{ catalogue => [ [qw(endpoint provider)], [qw(option)], [qw(api_key table)], [qw(columns import)] ] },
	# what is asked; its values, its URLs
	{ request => [ [qw(request bound)], [qw(history slice)], [qw(cost header url)], [qw(bind)] ] },
	# bytes to rows: windows, retries, buckets
	{ stream => [ [qw(buckets seen tuple failure journal)], [qw(fetch)], [qw(flight)], [qw(stream)], [qw(parents)] ] },
	# what may be asked: size, paths, cost, plan
	{
		plan => [
			[qw(bucket_expr query_level order partition)], [qw(qual)], [qw(grain width join density selectivity)],
			[qw(estimate)], [qw(plan)] ]
	},
	# the executor's callbacks
	{ scan => [ [qw(row_cache sample first_day guard requests)], [qw(rescan check)], [qw(scan analyze)], [qw(async explain)] ] },
	# the module: handler, settings
	{ '' => [ [qw(usage_fdw)] ] });

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

# Words of the catalogue that others need as well: options, nouns, literals, the names of
# roles, kinds and widths, what is also a unit of time, and a level of messages.
my %common = map { $_ => 1 } qw(
  bucket_width role page result true null
  bucket dimension measure gauge label parent attribute other error
  usage list object
  1m 1h 1d day);

# Of each module: its wing, the wing's floor, and its layer in the wing.
my %place;
for my $floor (0 .. $#wings)
{
	for my $wing (keys %{ $wings[$floor] })
	{
		my $layers = $wings[$floor]{$wing};
		for my $layer (0 .. $#$layers)
		{
			$place{$_} = { wing => $wing, floor => $floor, layer => $layer } for @{ $layers->[$layer] };
		}
	}
}

sub module
{
	my $name = basename(shift, '.c', '.h');
	$name =~ s/_[^_]*$// while !exists $place{$name} && $name =~ /_/;
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
	my $text = join '', map { code($_) } glob "$dir/catalogue/endpoint*.c $dir/catalogue/provider*.c";
	return map { $_ => 1 }
	  grep { !$common{$_} } strings($text);
}

# The wing that a file of the sources lies in: its folder, or '' for src itself.
sub wing
{
	my ($dir, $path) = @_;
	return $path =~ m{^\Q$dir\E/(\w+)/} ? $1 : '';
}

# May a file of one module include a header of another?
sub may_include
{
	my ($module, $header) = @_;
	my ($from, $to) = @place{ $module, module($header) };
	return 1 if !$from || $module eq module($header);
	return $to->{layer} < $from->{layer} if $to->{wing} eq $from->{wing};
	return $to->{floor} < $from->{floor} && $header !~ /_private\.h$/;
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

		push @found, "$file belongs to no layer" if !exists $place{$module};
		push @found, "$file is not in its wing"
		  if exists $place{$module} && $place{$module}{wing} ne wing($dir, $path);
		for my $header ($text =~ /^#\s*include\s*"([^"]+\.h)"/mg)
		{
			push @found, "$file includes $header without its wing"
			  if $header !~ m{/} && -e dirname($path) . "/$header";
			push @found, "$file includes $header"
			  if -e "$dir/$header" && !may_include($module, $header);
		}
		for my $what (sort keys %reserved)
		{
			my ($pattern, @users) = @{ $reserved{$what} };
			push @found, "$file uses $what"
			  if $text =~ $pattern && !grep { $_ eq $module } @users;
		}
		next if $module eq 'endpoint' || $module eq 'provider';
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
	for my $path (glob 'src/*.[ch] src/*/*.[ch]')
	{
		(my $target = $path) =~ s{^src}{$copy};
		mkdir dirname($target);
		copy($path, $target);
	}
	open my $out, '>>', "$copy/$file" or die "could not open $file: $!";
	print $out "$line\n";
	close $out;
	return complaints("$copy");
}

my @found = complaints('src');
is(scalar @found, 0, 'sources keep to the layers') or diag join "\n", @found;

# The test can fail.
my %planted = (
	'an include upwards' => [
		'catalogue/endpoint.h', '#include "request/request.h"',
		'endpoint.h includes request/request.h' ],
	'an include upwards in a wing' => [
		'catalogue/endpoint.h', '#include "catalogue/option.h"',
		'endpoint.h includes catalogue/option.h' ],
	'an include sideways' =>
	  [ 'http/http.h', '#include "page/page.h"', 'http.h includes page/page.h' ],
	'what is private to a wing' => [
		'scan/scan.c', '#include "request/bind_private.h"',
		'scan.c includes request/bind_private.h' ],
	'an include without its wing' => [
		'http/http_url.c', '#include "http.h"', 'http_url.c includes http.h without its wing' ],
	'a file of no module' => [ 'base/misc.c', '', 'misc.c belongs to no layer' ],
	'a file in a wrong wing' => [ 'page/slice.c', '', 'slice.c is not in its wing' ],
	'json-c outside of page' =>
	  [ 'catalogue/option.h', '#include <json-c/json.h>', 'option.h uses json-c' ],
	'curl outside of http' =>
	  [ 'page/page.h', '#include <curl/curl.h>', 'page.h uses libcurl' ],
	'a version outside of compat' =>
	  [ 'http/http.h', '#if PG_VERSION_NUM > 1', 'http.h uses a version number' ],
	'a name of the catalogue' =>
	  [ 'catalogue/option.h', '#define X "project_ids"', 'option.h names "project_ids"' ]);

for my $name (sort keys %planted)
{
	my ($file, $line, $expected) = @{ $planted{$name} };
	my %after = map { $_ => 1 } complaints_after($file, $line);
	ok($after{$expected}, "$name is found");
}

done_testing();
