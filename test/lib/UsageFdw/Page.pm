#
# test/lib/UsageFdw/Page.pm
#	  A page of docs about software that few machines have: its blocks are run by the
#	  test that has it, instead of test/t/100_documents.pl.
#
#	my $simulator = page_simulator();
#	my $node = cluster('main', page_conf('citus'));
#	check_page('docs/recipes/citus.md', $node);
#
# The clocks are those of all documents.  With DOCUMENTS_UPDATE (see test/documents) the
# outputs are written anew.
#
package UsageFdw::Page;

use strict;
use warnings;

use Exporter 'import';
use File::Basename;
use File::Path;
use IPC::Run;
use Test::More;

use UsageFdw::Documents;
use UsageFdw::Test;

our @EXPORT = qw(page_simulator page_conf check_page is_installed);

use constant now => 1795176000;    # 2026-11-20 12:00 UTC

# The organization of the documents, without its gateway.
sub page_simulator
{
	return simulator('--now', now, '--organization', 'plausible');
}

# Options of a cluster that preloads a library, with more settings.
sub page_conf
{
	my ($library, $conf) = @_;
	return (clock => now, conf => "timezone = 'UTC'\nshared_preload_libraries = '$library'\n$conf");
}

# Is there an extension of that name?
sub is_installed
{
	my $name = shift;
	my $pg_config = $ENV{PG_CONFIG} // 'pg_config';
	chomp(my $share = `$pg_config --sharedir`);
	return -e "$share/extension/$name.control";
}

sub run_block
{
	my ($node, $block) = @_;
	my $out;
	my @command = $block->{language} eq 'sql' ? ('psql', '-X', '-q', '-v', 'SHOW_CONTEXT=never') : ('bash', '-e');
	local @ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'postgres');
	delete local $ENV{PGTZ};
	IPC::Run::run(\@command, '<', \$block->{code}, '>', \$out, '2>&1');
	$out =~ s/[ \t]+$//mg;
	$out =~ s/\n+\z/\n/;
	return $out;
}

# Run the blocks of a page in their order: each prints what the page shows.
sub check_page
{
	my ($page, $node) = @_;
	my @parts = document_parse($page);
	for my $block (grep { defined $_->{language} } @parts)
	{
		my $output = run_block($node, $block);
		my $name = "$page, line $block->{line}: " . ($block->{code} =~ /^(.{0,60})/)[0];
		$block->{output} = $output ne '' ? $output : undef if $ENV{DOCUMENTS_UPDATE};
		is($output, $block->{output} // '', $name);
	}
	return if !$ENV{DOCUMENTS_UPDATE};
	my $path = "$ENV{DOCUMENTS_UPDATE}/$page";
	mkpath(dirname($path));
	open my $file, '>:raw', $path or die "could not write $page: $!";
	print $file document_text(@parts);
	close $file or die "could not write $page: $!";
	return;
}

1;
