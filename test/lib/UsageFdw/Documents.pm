#
# test/lib/UsageFdw/Documents.pm
#	  README.md and docs as what can be run: blocks, their outputs, plans, tables; and
#	  their clock.
#
# A block starts with a line ```sql or ```sh; a block ```text right after it
# is its output.  A table is what stands between <!-- NAME --> and
# <!-- end of NAME -->.
#
package UsageFdw::Documents;

use strict;
use warnings;

use Exporter 'import';
use File::Basename;
use File::Path;
use IPC::Run;

our @EXPORT = qw(now document_parse document_run document_text document_write document_table document_plan);

use constant now => 1795176000;    # 2026-11-20 12:00 UTC

# The file as parts: references to hashes with "text" (lines between blocks),
# or with "language", "code", "line" and "output" (undef: no block follows).
sub document_parse
{
	my $path = shift;
	my (@parts, $block);
	open my $file, '<:raw', $path or die "could not open $path: $!";
	while (my $line = <$file>)
	{
		if ($block)
		{
			if ($line eq "```\n") { $block = undef }
			else { $block->{code} .= $line }
		}
		elsif ($line =~ /^```(\w*)$/)
		{
			$block = { language => $1, code => '', line => $. };
			push @parts, $block;
		}
		elsif (@parts && defined $parts[-1]{text}) { $parts[-1]{text} .= $line }
		else { push @parts, { text => $line } }
	}
	die "$path: line $block->{line}: the block has no end\n" if $block;
	return join_outputs(@parts);
}

# A text block with nothing but empty lines before it is the output of a block.
sub join_outputs
{
	my @joined;
	for my $part (@_)
	{
		if (   defined $part->{language} && $part->{language} eq 'text'
			&& @joined > 1 && defined $joined[-1]{text} && $joined[-1]{text} =~ /^\n*$/
			&& defined $joined[-2]{language} && !defined $joined[-2]{output})
		{
			pop @joined;
			$joined[-1]{output} = $part->{code};
		}
		else { push @joined, $part }
	}
	return @joined;
}

# Run code of a language, sql or sh, against a cluster: what it prints, without spaces at
# the ends of lines, and whether it succeeds.
sub document_run
{
	my ($node, $language, $code, @psql_options) = @_;
	my $out = '';
	my @command = $language eq 'sql' ? ('psql', '-X', '-q', @psql_options) : ('bash', '-e');
	local @ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'postgres');
	delete local @ENV{qw(PGTZ OPENAI_ADMIN_KEY)};
	my $ok = IPC::Run::run(\@command, '<', \$code, '>', \$out, '2>&1');
	$out =~ s/[ \t]+$//mg;
	$out =~ s/\n+\z/\n/;
	return ($out, $ok);
}

# The file again.
sub document_text
{
	my $text = '';
	for my $part (@_)
	{
		$text .= $part->{text} // "```$part->{language}\n$part->{code}```\n";
		$text .= "\n```text\n$part->{output}```\n" if defined $part->{output};
	}
	return $text;
}

# Write it, of that path, below a directory.
sub document_write
{
	my ($dir, $path, @parts) = @_;
	mkpath(dirname("$dir/$path"));
	open my $file, '>:raw', "$dir/$path" or die "could not write $path: $!";
	print $file document_text(@parts);
	close $file or die "could not write $path: $!";
	return;
}

# An output without what versions of PostgreSQL say of a plan in their own way, if it is
# one: the documents have that of version 15.
sub document_plan
{
	my $output = shift;
	# also where only some of a plan's lines are shown
	$output =~ s/rows=(\d+)\.00/rows=$1/g;
	return $output if $output !~ s/^ *QUERY PLAN *\n-+\n/QUERY PLAN\n/mg;
	$output =~ s/^\(\d+ rows\)\n//m;
	# of later ones only
	$output =~ s/^ *(?:Buffers|Disabled|Index Searches|Replaces|Storage|Window): .*\n//mg;
	$output =~ s/^ *Planning:\n//m;
	# where a column can't be NULL, they know
	$output =~ s/^ *Filter: \(\w+ IS NOT NULL\)\n//mg;
	$output =~ s/(InitPlan \d+) \(returns [^)]*\)/$1/g;
	$output =~ s/\(InitPlan (\d+)\)\.col\d+|\$\d+/PARAM/g;
	return $output;
}

# A reference to what stands in that table of the parts, and a setter of it.
sub document_table
{
	my ($name, @parts) = @_;
	for my $part (@parts)
	{
		next if ($part->{text} // '') !~ /<!-- \Q$name\E -->\n(.*?)<!-- end of \Q$name\E -->/s;
		my $table = $1;
		return ($table, sub {
				my $new = shift;
				$part->{text} =~ s/(<!-- \Q$name\E -->\n).*?(?=<!-- end of \Q$name\E -->)/$1$new/s;
		});
	}
	die "the documents have no table \"$name\"\n";
}

1;
