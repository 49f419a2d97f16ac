#
# The demo's page of charts, in a browser: what is drawn is what SQL says, whatever
# names are in it, and nothing is loaded.
#
use strict;
use warnings;

use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

use UsageFdw::Browser;
use UsageFdw::Documents qw(now);
use UsageFdw::Test;

my $d3 = $ENV{USAGE_D3} // '/usr/share/nodejs/d3/dist/d3.min.js';
plan skip_all => 'D3 is not here: node-d3' if !-r $d3;
plan skip_all => 'Chromium is not here: chromium' if !has_browser();

my $directory = PostgreSQL::Test::Utils::tempdir();
my $page_count = 0;

# The page of some numbers, as a file and as the browser's document.
sub page_of
{
	my $json = shift;
	my $file = "$directory/page" . ++$page_count . '.html';
	my $err = '';
	ok(IPC::Run::run([ 'test/demo/page' ], '<', \$json, '>', $file, '2>', \$err), "page $page_count is made")
	  or diag($err);
	my $document = document_of($file);
	like($document, qr/<html [^>]*data-drawn="yes"/, "page $page_count: the script came to its end");
	my $source = slurp_file($file);
	utf8::decode($source);
	return ($document, $source);
}

# An organization's page; the node that reads it is given as well.
sub page_of_organization
{
	my ($name, $simulator, $node) = @_;
	connect_server($node, $simulator, database => $name);
	$node->safe_psql($name, q{
		CREATE SCHEMA usage_hourly;
		IMPORT FOREIGN SCHEMA usage LIMIT TO (completions) FROM SERVER openai INTO usage_hourly
		OPTIONS (bucket_width '1h');
		SELECT usage_fdw_create_reports('reports', 'usage')});
	my $json = '';
	IPC::Run::run([ 'psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port,
			'-d', $name, '-f', 'test/demo/page.sql' ], '>', \$json) or die 'page.sql failed';
	return page_of($json);
}

# Rows of the first column's value to the second's.
sub numbers
{
	my ($node, $database, $sql) = @_;
	return { map { /^(.*)\|(.*)$/ } split /\n/, $node->safe_psql($database, $sql) };
}

# Numbers by name, to so many digits that a double keeps.
sub same_numbers
{
	my ($drawn, $wanted, $name) = @_;
	my ($left, $right) = map {
		my $numbers = $_;
		+{ map { $_ => sprintf '%.8g', $numbers->{$_} } keys %$numbers }
	} $drawn, $wanted;
	is_deeply($left, $right, $name);
	return;
}

# Lengths are to numbers as the first is.
sub to_scale
{
	my ($name, @pairs) = @_;
	my ($most) = sort { $b->[1] <=> $a->[1] } @pairs;
	my @off = grep { abs($_->[0] - $_->[1] * $most->[0] / $most->[1]) > 0.01 } @pairs;
	ok($most->[0] > 10 && !@off, "$name: " . @pairs . ' are to scale') or diag(map { "@$_\n" } @off);
	return;
}

my $node = cluster('page', clock => now, conf => "timezone = 'Asia/Kathmandu'\n");
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(plausible hostile odd empty);

#
# What is drawn
#

my $simulator = simulator('--now', now, '--organization', 'plausible');
my ($document, $source) = page_of_organization('plausible', $simulator, $node);

my @names = elements($document, 'legend') && $document =~ /<figure id="costs".*?<ul class="legend">(.*?)<\/ul>/s;
@names = $names[0] =~ /<span>(.*?)<\/span>/g;
is_deeply(\@names, [ split /\n/, $node->safe_psql('plausible', <<'END') ], 'costs: a name for each project');
SELECT p.name FROM usage.costs AS c JOIN usage.projects AS p ON p.id = c.project_id
WHERE day >= '2026-10-22' GROUP BY p.name ORDER BY sum(amount) DESC
END

my @bars = elements($document, 'bar');
is(scalar @bars, 30 * 5, 'costs: a bar for each day and project');
same_numbers({ map { ("$_->{'data-day'} $names[$_->{'data-series'}]" => $_->{'data-amount'}) } @bars },
	numbers($node, 'plausible', <<'END'), 'costs: each bar is what SQL says');
SELECT c.day || ' ' || p.name, sum(c.amount) FROM usage.costs AS c
JOIN usage.projects AS p ON p.id = c.project_id
WHERE c.day >= '2026-10-22' GROUP BY c.day, p.name
END
to_scale('bars', map { [ $_->{height}, $_->{'data-amount'} ] } @bars);

my %of_day;
push @{ $of_day{ $_->{x} } }, $_ for @bars;
my @piled = grep {
	my @pile = sort { $b->{y} <=> $a->{y} } @{ $of_day{$_} };
	grep { abs($pile[$_]{y} + $pile[$_]{height} - $pile[ $_ - 1 ]{y}) > 0.01 } 1 .. $#pile
} keys %of_day;
is(scalar keys %of_day, 30, 'costs: a place for each day');
is_deeply(\@piled, [], 'costs: each bar stands on the one below');

same_numbers({ map { ($_->{'data-day'} => $_->{'data-amount'}) } elements($document, 'point') },
	numbers($node, 'plausible', <<'END'), 'month: each day, added up');
SELECT day, sum(sum(amount)) OVER (ORDER BY day) FROM usage.costs WHERE day >= '2026-11-01' GROUP BY day
END
my ($forecast) = elements($document, 'forecast');
my ($budget) = elements($document, 'budget');
same_numbers({ forecast => $forecast->{'data-amount'}, budget => $budget->{'data-amount'} },
	numbers($node, 'plausible', <<'END'), 'month: forecast and budget');
SELECT unnest(ARRAY['forecast', 'budget']), unnest(ARRAY[forecast, budget]) FROM reports.cost_month_to_date
END
my ($end_y) = $forecast->{d} =~ /,([\d.]+)$/;
my ($last) = reverse elements($document, 'point');
my $y_of = sub { $last->{cy} + ($_[0] - $last->{'data-amount'}) * ($budget->{y1} - $last->{cy})
	  / ($budget->{'data-amount'} - $last->{'data-amount'}) };
cmp_ok(abs($end_y - $y_of->($forecast->{'data-amount'})), '<', 0.01, 'month: the forecast is where it belongs');

my @models = split /\n/, $node->safe_psql('plausible', <<'END');
SELECT model FROM (SELECT model, input_tokens + output_tokens AS t, day FROM usage.completions
	UNION ALL SELECT model, input_tokens + output_tokens, day FROM usage.decisions
	UNION ALL SELECT model, input_tokens, day FROM usage.embeddings
	UNION ALL SELECT model, input_tokens, day FROM usage.moderations) AS u
WHERE day >= '2026-10-22' GROUP BY model ORDER BY sum(t) DESC
END
my @tokens = elements($document, 'token');
is(scalar @tokens, 3 * @models, 'tokens: three bars for each model');
my $kind_of = sub { "$models[$_[0]{'data-model'}] $_[0]{'data-kind'}" };
same_numbers({ map { ($kind_of->($_) => $_->{'data-tokens'}) } grep { $_->{'data-model'} < 3 } @tokens },
	numbers($node, 'plausible', <<'END'), 'tokens: what SQL says of the first three');
WITH u AS (SELECT model, sum(input_tokens - input_cached_tokens) AS input,
		sum(input_cached_tokens) AS cached, sum(output_tokens) AS output
	FROM (SELECT model, day, input_tokens, input_cached_tokens, output_tokens FROM usage.completions
		UNION ALL
		SELECT model, day, input_tokens, input_cached_tokens, output_tokens FROM usage.decisions) AS c
	WHERE day >= '2026-10-22' GROUP BY model ORDER BY sum(input_tokens + output_tokens) DESC LIMIT 3)
SELECT model || ' ' || kind, n FROM u, unnest(ARRAY['input', 'cached', 'output'],
	ARRAY[input, cached, output]) AS k(kind, n)
END
to_scale('tokens', map { [ $_->{width}, $_->{'data-tokens'} ] } @tokens);

my @cells = elements($document, 'cell');
is(scalar @cells, 7 * 24, 'hours: a cell for each hour of the week');
same_numbers({ map { ("$_->{'data-weekday'} $_->{'data-hour'}" => $_->{'data-requests'}) } @cells },
	numbers($node, 'plausible', <<'END'), 'hours: each cell is what SQL says');
SELECT to_char(start_time AT TIME ZONE 'UTC', 'ID FMHH24'), sum(num_model_requests)
FROM usage_hourly.completions WHERE day BETWEEN '2026-10-23' AND '2026-11-19' GROUP BY 1
END
my @by_strength = map { $_->{'data-requests'} }
  sort { $a->{'fill-opacity'} <=> $b->{'fill-opacity'} } @cells;
is_deeply(\@by_strength, [ sort { $a <=> $b } @by_strength ], 'hours: the more requests, the stronger');

#
# What is said
#

like(text_of_element($document, 'costs-title'), qr/^Costs by day and project$/, 'a title');
like($document, qr/22 October 2026 to 20 November 2026\. All days and hours are UTC/, 'the period');
my $spent = $node->safe_psql('plausible',
	"SELECT to_char(sum(amount), 'FM\$9,999,999.00') FROM usage.costs WHERE day >= '2026-11-01'");
like($document, qr/<dt>Costs this month<\/dt><dd>\Q$spent\E/, 'a total as text');
is(scalar(() = $document =~ /<svg [^>]*role="img" aria-labelledby="(\w+)-title \1-caption"/g),
	4, 'four pictures with names');
is(scalar(() = $document =~ /<tr><th scope="row">/g), 30 + 20 + 2 + @models + 24, 'the numbers in tables');
is(scalar(() = $source =~ /<tr><th scope="row">/g), 30 + 20 + 2 + @models + 24, 'which need no script');
my $markup = $source =~ s/<script.*?<\/script>//gsr;
unlike($markup, qr/\b(?:src|href)=|url\(|\@import/, 'nothing is loaded');
like($markup, qr/Content-Security-Policy" content="default-src 'none'; /, 'nor may it be');
unlike($source, qr/sk-admin/, 'no key');

#
# Any names
#

my @hostile = ('</script><script>document.title = "broken"</script>', '<!--<script>',
	'<img src=x onerror="document.title = 1">', '&lt;b&gt; "quoted" \'too\' \\', "{data} \$& \x{1f680}");
my $list = { object => 'list', has_more => JSON::PP::false, data => [
		map { { object => 'organization.project', id => (qw(proj_web proj_support proj_data proj_research proj_tools))[$_],
			name => $hostile[$_], status => 'active', created_at => 1, archived_at => undef } } 0 .. $#hostile ] };
append_to_file("$directory/projects.json", JSON::PP->new->utf8->encode($list));
control($simulator, 'body', 'path=/v1/organization/projects', "file=$directory/projects.json");
my ($attacked) = page_of_organization('hostile', $simulator, $node);
like($attacked, qr/<title>OpenAI usage and costs/, 'names: no script of theirs ran');
unlike($attacked =~ s/<script.*?<\/script>//gsr, qr/<img|<b>/, 'names: no markup of theirs');
is(scalar elements($attacked, 'bar'), 30 * 5, 'names: all is drawn');
my ($legend) = $attacked =~ /<figure id="costs".*?<ul class="legend">(.*?)<\/ul>/s;
is_deeply([ sort map { UsageFdw::Browser::unescaped($_) } $legend =~ /<span>(.*?)<\/span>/g ], [ sort @hostile ],
	'names: they are shown as they are');

#
# Two currencies, and nothing at all
#

my $odd = simulator('--now', now, '--set', 'two_currencies=on');
my ($mixed) = page_of_organization('odd', $odd, $node);
my $totals = numbers($node, 'odd', <<'END');
SELECT currency, to_char(sum(amount), 'FM9,999,999.00') FROM usage.costs WHERE day >= '2026-10-22' GROUP BY 1
END
my ($main, $other) = $totals->{usd} =~ tr/,.//dr > $totals->{eur} =~ tr/,.//dr ? qw(usd eur) : qw(eur usd);
my %shown = (usd => "\$$totals->{usd}", eur => "$totals->{eur} EUR");
like($mixed, qr/<dd>\Q$shown{$main}\E<small>and \Q$shown{$other}\E, not in the charts/, 'currencies are not added up');
my $drawn = 0;
$drawn += $_->{'data-amount'} for elements($mixed, 'bar');
is(sprintf('%.2f', $drawn), $totals->{$main} =~ tr/,//dr, 'the charts are in the one with the most');

my $nothing = simulator('--now', now, '--events-per-day', 0);
my ($empty) = page_of_organization('empty', $nothing, $node);
is(scalar(() = $empty =~ /There is nothing to show/g), 4, 'an organization without usage');
is(scalar(() = $empty =~ /<svg/g), 0, 'has no pictures');

#
# Many projects, credits, no budget
#

my @costs = map { my $day = $_; map { { day => "2026-11-0$day", project_id => "p$_", name => $_ % 2 ? 'twin' : undef,
	amount => $_ == 3 ? -5 : $_ } } 1 .. 12 } 1 .. 2;
my ($many) = page_of(JSON::PP->new->encode({
	made_at => '2026-11-02 10:00', first_day => '2026-11-01', last_day => '2026-11-02', currency => 'usd',
	totals => [ { currency => 'usd', amount => 140 } ], costs => \@costs, tokens => [], hours => [],
	month => { first_day => '2026-11-01', last_day => '2026-11-30', amount => 140, forecast => undef, budget => undef,
		days => [ { day => '2026-11-01', amount => 70 }, { day => '2026-11-02', amount => 140 } ] } }));
@bars = elements($many, 'bar');
is(scalar @bars, 2 * 8, 'many projects: the last are one');
like($many, qr/<span>5 others<\/span>/, 'and it says how many');
like($many, qr/<span>twin \(p11\)<\/span>/, 'names that are not unique have the id');
my ($rest) = grep { $_->{'data-series'} == 7 } @bars;
is($rest->{'data-amount'}, 1 + 2 + 4 + 5 - 5, 'its amount is their sum');
unlike($many, qr/class="(?:budget|forecast)"/, 'no budget, no line');

done_testing();
