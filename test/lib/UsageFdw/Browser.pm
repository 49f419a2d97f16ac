#
# test/lib/UsageFdw/Browser.pm
#	  What a browser makes of a page: headless Chromium, and its document as text.
#
package UsageFdw::Browser;

use strict;
use warnings;

use Exporter 'import';
use File::Temp;
use IPC::Run;

our @EXPORT = qw(has_browser document_of elements text_of_element);

sub has_browser
{
	return scalar grep { -x "$_/chromium" } split /:/, $ENV{PATH};
}

# The document of a file after its scripts have run.  It may load nothing: every
# name is unknown, and no address is reached.  Dies if the browser does.
sub document_of
{
	my $file = shift;
	my $home = File::Temp->newdir;
	my ($out, $err) = ('', '');
	local $ENV{HOME} = "$home";
	IPC::Run::run(
		[
			'chromium', '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
			'--disable-dev-shm-usage', '--host-resolver-rules=MAP * ~NOTFOUND',
			"--user-data-dir=$home", '--dump-dom', "file://$file"
		],
		'<', '/dev/null', '>', \$out, '2>', \$err, IPC::Run::timeout(120))
	  or die "chromium failed: $err";
	utf8::decode($out);
	return $out;
}

sub unescaped
{
	my $text = shift;
	my %character = (lt => '<', gt => '>', quot => '"', amp => '&', nbsp => "\x{a0}");
	return $text =~ s/&(lt|gt|quot|amp|nbsp);/$character{$1}/gr;
}

# The elements of a class, in their order: references to hashes of their attributes.
sub elements
{
	my ($document, $class) = @_;
	my @elements;
	while ($document =~ /<\w+ ([^>]*\bclass="\Q$class\E"[^>]*)>/g)
	{
		my $attributes = $1;
		push @elements, { map { unescaped($_) } $attributes =~ /([\w-]+)="([^"]*)"/g };
	}
	return @elements;
}

# The text in the element with this id: one that has none of its kind within.
sub text_of_element
{
	my ($document, $id) = @_;
	my ($kind, $inner) = $document =~ /<(\w+) [^>]*\bid="\Q$id\E"[^>]*>(.*)/s or return;
	$inner =~ s/<\/$kind>.*//s;
	return unescaped($inner =~ s/<[^>]*>/ /gr);
}

1;
