#
# test/lib/UsageFdw/Faults/Ways.pm
#	  In which ways a right answer can be spoiled on its way.
#
# Each is a function that gets the socket, the answer (status, body, type, id) and an
# argument, and writes what the client gets.  Where it returns, the connection stays open.
#
package UsageFdw::Faults::Ways;

use strict;
use warnings;

use Exporter 'import';
use IO::Compress::Gzip qw(gzip $GzipError);
use POSIX ();
use Time::HiRes qw(sleep);

use UsageFdw::Hostile qw(put);

our @EXPORT = qw(send_spoiled is_way);

use constant { MB => 1_000_000, PIECE => 60_000 };

# --- how answers are written ---

# The process is the connection's.
sub hang_up
{
	shift->close;
	POSIX::_exit(0);
	return;
}

# Until the client goes.
sub wait_for_end
{
	my $client = shift;
	1 while $client->sysread(my $bytes, 1000);
	POSIX::_exit(0);
	return;
}

sub head
{
	my ($answer, @headers) = @_;
	return join "\r\n", "HTTP/1.1 $answer->{status} X", "Content-Type: $answer->{type}",
	  ($answer->{id} ? "x-request-id: $answer->{id}" : ()), @headers, '', '';
}

# A whole answer with these bytes as its body.
sub whole
{
	my ($answer, $bytes, @headers) = @_;
	return head($answer, 'Content-Length: ' . length $bytes, @headers) . $bytes;
}

sub chunks
{
	my ($bytes, $size, $extension) = @_;
	my $text = '';
	for (my $at = 0; $at < length $bytes; $at += $size)
	{
		my $chunk = substr $bytes, $at, $size;
		$text .= sprintf "%x%s\r\n%s\r\n", length $chunk, $extension // '', $chunk;
	}
	return $text;
}

sub chunked_head { return head(shift, 'Transfer-Encoding: chunked', @_) }

# With something in front of all members of the page.
sub with_member
{
	my ($body, $member) = @_;
	return $body =~ s/^\{/{$member,/r;
}

# An answer whose page has so many bytes of a morsel in front of its members, between
# these; without a number it has no end.
sub put_long
{
	my ($client, $answer, $before, $morsel, $behind, $bytes) = @_;
	my $piece = $morsel x (PIECE / length $morsel);
	put($client, chunked_head($answer) . chunks("{$before", PIECE));
	for (my $done = 0; !defined $bytes || $done < $bytes; $done += length $piece)
	{
		put($client, chunks($piece, PIECE));
	}
	put($client, chunks($behind . ',' . substr($answer->{body}, 1), PIECE) . "0\r\n\r\n");
	return;
}

sub zipped
{
	my ($bytes, %options) = @_;
	gzip(\$bytes => \my $zipped, %options) or die $GzipError;
	return $zipped;
}

sub put_zipped
{
	my ($client, $answer, $bytes) = @_;
	put($client, whole($answer, $bytes, 'Content-Encoding: gzip'));
	return;
}

# Gzip that packs nothing, with the last digit of a number changed: all that can tell is
# the checksum at its end.
sub changed_digit
{
	my $zipped = zipped(shift, -Level => 0);
	$zipped =~ s/(.*"(?:input_tokens|value|threshold_amount|added_at|created_at)":\s*\d*?)(\d)(?=\D)/$1 . (9 - $2)/es;
	return $zipped;
}

# The text, its first bytes one by one.
sub drip
{
	my ($client, $text, $pause_s, $bytes) = @_;
	for (1 .. $bytes)
	{
		put($client, substr $text, 0, 1, '');
		sleep $pause_s if $pause_s;
	}
	put($client, $text);
	return;
}

# --- the ways ---

# The body, as the function changes it.
sub changed
{
	my $change = shift;
	return sub { put($_[0], whole($_[1], $change->($_[1]{body}, $_[2]))) };
}

# The same, with that header, or without those of the answer.
sub with_header
{
	my @headers = @_;
	return sub { put($_[0], head($_[1], 'Content-Length: ' . length $_[1]{body}, @headers) . $_[1]{body}) };
}

# These bytes, and then the end of the connection.
sub instead
{
	my $bytes = shift;
	return sub { put($_[0], $bytes); hang_up($_[0]) };
}

# These bytes over and over.
sub forever
{
	my ($first, $bytes) = @_;
	return sub { put($_[0], $first); put($_[0], $bytes) while 1 };
}

# A member of a page, with so many megabytes in it.
sub long
{
	my @pieces = @_;
	return sub { put_long($_[0], $_[1], @pieces, $_[2] ? $_[2] * MB : undef) };
}

my %ways = (
	right => changed(sub { shift }),

	# framing
	chunked => sub { put($_[0], chunked_head($_[1]) . chunks($_[1]{body}, $_[2]) . "0\r\n\r\n") },
	chunk_extension => sub {
		put($_[0], chunked_head($_[1], 'Trailer: X') . chunks($_[1]{body}, 100, ';a="b"') . "0\r\nX: y\r\n\r\n");
	},
	chunked_and_length => sub {
		put($_[0], chunked_head($_[1], 'Content-Length: 5') . chunks($_[1]{body}, 100) . "0\r\n\r\n");
	},
	no_last_chunk => sub { put($_[0], chunked_head($_[1]) . chunks($_[1]{body}, 100)); hang_up($_[0]) },
	chunk_size => sub {
		put($_[0], chunked_head($_[1]) . chunks(substr($_[1]{body}, 0, 60), 60) . "zz\r\n" . substr $_[1]{body}, 60);
		wait_for_end($_[0]);
	},
	until_close => sub { put($_[0], head($_[1], 'Connection: close') . $_[1]{body}); hang_up($_[0]) },
	close_header => sub { put($_[0], whole($_[1], $_[1]{body}, 'Connection: close')); hang_up($_[0]) },
	close_unsaid => sub { put($_[0], whole($_[1], $_[1]{body})); hang_up($_[0]) },
	longer => sub {
		put($_[0], head($_[1], 'Content-Length: ' . ($_[2] + length $_[1]{body})) . $_[1]{body});
		hang_up($_[0]);
	},
	shorter => sub { put($_[0], head($_[1], 'Content-Length: ' . (length($_[1]{body}) - $_[2])) . $_[1]{body}) },
	length_zero => sub { put($_[0], head($_[1], 'Content-Length: 0') . $_[1]{body}) },
	length_word => sub { put($_[0], head($_[1], 'Content-Length: many') . $_[1]{body}); hang_up($_[0]) },
	length_negative => sub { put($_[0], head($_[1], 'Content-Length: -7') . $_[1]{body}); hang_up($_[0]) },
	cut => changed(sub { substr $_[0], 0, $_[1] }),
	cut_at_close => sub { put($_[0], head($_[1]) . substr $_[1]{body}, 0, $_[2]); hang_up($_[0]) },
	# the end of the body and what follows it come at once
	second_answer => sub {
		my $answer = whole($_[1], $_[1]{body});
		put($_[0], substr $answer, 0, -100, '');
		put($_[0], $answer . whole($_[1], '{"object":"page","data":[],"has_more":false,"next_page":null}'));
	},

	# pace
	drip => sub { drip($_[0], whole($_[1], $_[1]{body}), $_[2] ? (0.005, 40) : (0, 2000)) },
	halt => sub {
		my $text = whole($_[1], $_[1]{body});
		put($_[0], substr $text, 0, $_[2]);
		sleep 0.2;
		put($_[0], substr $text, $_[2]);
	},

	# gzip
	zipped => sub { put_zipped($_[0], $_[1], zipped($_[1]{body})) },
	zipped_flip => sub {
		my $zipped = zipped($_[1]{body});
		substr $zipped, length($zipped) * 2 / 3, 1, chr(255 ^ ord substr $zipped, length($zipped) * 2 / 3, 1);
		put_zipped($_[0], $_[1], $zipped);
	},
	zipped_digit => sub { put_zipped($_[0], $_[1], changed_digit($_[1]{body})) },
	zipped_cut => sub {
		my $zipped = zipped($_[1]{body});
		put_zipped($_[0], $_[1], substr $zipped, 0, length($zipped) * $_[2]);
	},
	zipped_garbage => sub { put_zipped($_[0], $_[1], "\x1f\x8b\x08\x00" . "\xff" x 100) },
	zipped_not => sub { put_zipped($_[0], $_[1], $_[1]{body}) },
	zipped_unsaid => sub { put($_[0], whole($_[1], zipped($_[1]{body}))) },
	zipped_halves => sub {
		my $half = int(length($_[1]{body}) / 2);
		put_zipped($_[0], $_[1], zipped(substr $_[1]{body}, 0, $half) . zipped(substr $_[1]{body}, $half));
	},
	bomb => sub { put_zipped($_[0], $_[1], zipped(with_member($_[1]{body}, '"x":"' . 'x' x ($_[2] * MB) . '"'))) },
	encoding => with_header('Content-Encoding: br'),

	# heads
	interim => sub {
		put($_[0], "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" x 3 . whole($_[1], $_[1]{body}));
	},
	interim_forever => forever('', "HTTP/1.1 100 Continue\r\n\r\n" x 500),
	headers_forever => forever("HTTP/1.1 200 OK\r\n", join '', map { "X-H$_: " . 'y' x 100 . "\r\n" } 1 .. 200),
	header_forever => forever("HTTP/1.1 200 OK\r\nX: ", 'y' x 65536),
	lower_case => sub {
		put($_[0], lc(head($_[1], 'Content-Length: ' . length $_[1]{body})) =~ s/^http/HTTP/r . $_[1]{body});
	},
	many_headers => with_header(map { "X-H$_: " . 'y' x 100 } 1 .. 100),
	no_type => sub { put($_[0], "HTTP/1.1 $_[1]{status} X\r\nContent-Length: " . length($_[1]{body}) . "\r\n\r\n$_[1]{body}") },
	no_http => instead("SSH-2.0-OpenSSH_9.2\r\n"),
	no_head => sub { put($_[0], $_[1]{body}); hang_up($_[0]) },
	status_line => instead("HTTP/1.1 OK\r\n\r\n"),
	switch => sub { put($_[0], "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"); wait_for_end($_[0]) },
	status => sub {
		my $body = $_[2] =~ /^(204|304)$/ ? '' : $_[1]{body};
		put($_[0], whole({ %{ $_[1] }, status => $_[2] }, $body));
	},
	half => sub {
		my $half = substr $_[1]{body}, 0, length($_[1]{body}) / 2;
		put($_[0], whole({ %{ $_[1] }, status => 206 }, $half));
	},
	nothing => changed(sub { '' }),

	# JSON
	twice_same => changed(sub { $_[0] =~ s/("has_more":\s*\w+)/$1,$1/r }),
	twice_more => changed(sub { $_[0] =~ s/("has_more":\s*\w+)/$1,"has_more":false/r }),
	twice_data => changed(sub { $_[0] =~ s/\}\s*$/,"data":[]}/r }),
	twice_unread => changed(sub { with_member($_[0], '"x":1,"x":[2]') }),
	deep => changed(sub { with_member($_[0], '"x":' . '[' x $_[1] . ']' x $_[1]) }),
	bom => changed(sub { "\xef\xbb\xbf$_[0]" }),
	no_utf8 => changed(sub { with_member($_[0], qq("x":"\xff")) }),
	control => changed(sub { with_member($_[0], qq("x":"a\nb")) }),
	nul => changed(sub { with_member($_[0], qq("x":"\0")) }),
	comment => changed(sub { $_[0] =~ s/,/,\/**\//r }),
	comma => changed(sub { $_[0] =~ s/\}\s*$/,}/r }),
	quotes => changed(sub { $_[0] =~ tr/"/'/r }),
	behind => changed(sub { "$_[0]$_[1]" }),
	space => changed(sub { " \t\r\n" x 100 . $_[0] . " \t\r\n" x 100 }),

	# length
	long_string => long('"x":"', 'x', '"'),
	long_name => long('"', 'x', '":1'),
	long_number => long('"x":1', '1', ''),
	long_list => long('"x":[0', ',{}', ']'),
	long_escapes => long('"x":"', '\\u0001', '"'),
	many_members => long('"x":0', ',"y":[]', ''),
	long_space => long(' ', ' ', '"x":1'),
);

sub is_way { return exists $ways{ $_[0] } }

# Write an answer that is spoiled in that way.
sub send_spoiled
{
	my ($client, $answer, $way, $argument) = @_;
	$ways{$way}->($client, $answer, $argument);
	return;
}

1;
