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
use Test::More;

use UsageFdw::Documents;
use UsageFdw::Test;

our @EXPORT = qw(page_simulator page_conf check_page);

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

# Run the blocks of a page in their order: each prints what the page shows.
sub check_page
{
	my ($page, $node) = @_;
	my @parts = document_parse($page);
	for my $block (grep { defined $_->{language} } @parts)
	{
		my ($output) = document_run($node, $block->{language}, $block->{code}, '-v', 'SHOW_CONTEXT=never');
		my $name = "$page, line $block->{line}: " . ($block->{code} =~ /^(.{0,60})/)[0];
		$block->{output} = $output ne '' ? $output : undef if $ENV{DOCUMENTS_UPDATE};
		is($output, $block->{output} // '', $name);
	}
	document_write($ENV{DOCUMENTS_UPDATE}, $page, @parts) if $ENV{DOCUMENTS_UPDATE};
	return;
}

1;
