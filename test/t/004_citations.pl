#
# What documents for developers name is there: files of the tree, and functions of
# the sources.
#
use strict;
use warnings;

use File::Basename;
use Test::More;

my %file;
for my $path (split /\n/, `find . -type f -not -path './.git/*'`)
{
	$path =~ s{^\./}{};
	$file{$path} = $file{ basename($path) } = 1;
}

sub slurp
{
	my $path = shift;
	open my $in, '<', $path or die "could not open $path: $!";
	local $/;
	return scalar <$in>;
}

my $sources = join '', map { slurp($_) } glob 'src/*.[ch] src/*/*.[ch] extension/*.sql test/*/*.[ch] test/lib/*/*.pm';

# What is named in a text in backticks and is not there.
sub lost
{
	my $text = shift;
	my @lost;
	$text =~ s/^```.*?^```//msg;
	for my $code ($text =~ /`([^`\n]+)`/g)
	{
		push @lost, $code
		  if $code =~ m{^[\w/.]+\.(?:[chm]|pl|pm|sql)$} && !$file{$code} && !$file{"src/$code"} && !$file{"test/$code"};
		push @lost, $code
		  if $code =~ /^([a-z_]+_[a-z_]+)\(\)$/ && $sources !~ /\b\Q$1\E\b/;
	}
	return @lost;
}

for my $document ('CONTRIBUTING.md', 'docs/design.md', glob 'docs/internals/*.md')
{
	my @lost = lost(slurp($document));
	is("@lost", '', "$document names what is there");
}
# A section that the sources cite is one that the document has.
sub lost_sections
{
	my $text = shift;
	my @lost;
	$text =~ s/\n \*\s*/ /g;
	while ($text =~ m{(docs/[\w/]+\.md) sections? (\d+)}g)
	{
		push @lost, "$1 section $2" if slurp($1) !~ /^## $2\. /m;
	}
	return @lost;
}

my @lost_sections = lost_sections($sources);
is("@lost_sections", '', 'sources cite sections that are there');
is(join(' ', lost_sections('docs/api.md section 99')), 'docs/api.md section 99', 'one that is not is found');

is(join(' ', lost("`http.c` and `nobody.c`, `http_open()` and `http_nobody()`")),
	'nobody.c http_nobody()', 'what is not there is found');

done_testing();
