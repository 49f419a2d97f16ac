/*
 * test/demo/page.js
 *	  Draws the charts of the page, with D3, from the numbers in it.
 *
 * Names only ever become text, never markup.
 */
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const day = d3.utcParse('%Y-%m-%d');
const dayName = d3.utcFormat('%-d %b');
const short = value => d3.format('.3~s')(value).replace('G', 'B');
const width = 980;
const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function money(value)
{
	const text = Math.abs(value).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
	const sign = value < 0 ? '-' : '';
	return data.currency === 'usd' ? `${sign}$${text}` : `${sign}${text} ${data.currency.toUpperCase()}`;
}

/* Whole units on an axis. */
function roundMoney(value)
{
	return money(value).replace(/\.00(?=$| )/, '');
}

/* The drawing of a figure: null if there is nothing to draw. */
function drawing(id, height, margin)
{
	const figure = document.getElementById(id);
	if (figure.dataset.empty)
		return null;
	return d3.select(figure).insert('div', '.legend').attr('class', 'picture').append('svg')
		.attr('viewBox', `0 0 ${width} ${height}`)
		.attr('role', 'img')
		.attr('aria-labelledby', `${id}-title ${id}-caption`)
		.append('g').attr('transform', `translate(${margin.left},${margin.top})`);
}

function horizontalGrid(svg, scale, length, format)
{
	const grid = svg.append('g').attr('class', 'grid')
		.call(d3.axisLeft(scale).ticks(5).tickSize(-length).tickFormat(format));
	grid.selectAll('.tick text').attr('dx', -4);
}

function legend(id, entries)
{
	const items = d3.select(`#${id} .legend`).selectAll('li').data(entries).join('li');
	items.append('i').style('background', entry => entry.color).style('opacity', entry => entry.opacity || 1);
	items.append('span').text(entry => entry.name);
}

function drawCosts()
{
	const margin = { top: 12, right: 8, bottom: 24, left: 62 }, height = 320;
	const svg = drawing('costs', height, margin);
	if (!svg)
		return;
	const innerWidth = width - margin.left - margin.right, innerHeight = height - margin.top - margin.bottom;
	const days = d3.utcDay.range(day(data.first_day), d3.utcDay.offset(day(data.last_day), 1));
	const stacks = stackUp(data.costs);
	const x = d3.scaleBand(days.map(Number), [0, innerWidth]).paddingInner(0.2);
	const y = d3.scaleLinear([Math.min(0, d3.min(stacks, b => b.from)), d3.max(stacks, b => b.to)], [innerHeight, 0])
		.nice();

	horizontalGrid(svg, y, innerWidth, roundMoney);
	svg.append('g').attr('transform', `translate(0,${innerHeight})`)
		.call(d3.axisBottom(x).tickValues(days.filter((d, i) => i % 3 === 0).map(Number)).tickSizeOuter(0)
			.tickFormat(d => dayName(new Date(d))));
	svg.selectAll('rect').data(stacks).join('rect')
		.attr('class', 'bar')
		.attr('x', b => x(Number(day(b.day))))
		.attr('width', x.bandwidth())
		.attr('y', b => y(b.to))
		.attr('height', b => y(b.from) - y(b.to))
		.attr('fill', b => data.series[b.series].color)
		.attr('data-day', b => b.day)
		.attr('data-series', b => b.series)
		.attr('data-amount', b => b.amount)
		.append('title').text(b => `${data.series[b.series].name}, ${b.day}: ${money(b.amount)}`);
	legend('costs', data.series);
}

/* Each bar on top of those of its day before it; credits go below zero. */
function stackUp(costs)
{
	const above = new Map(), below = new Map();
	return costs.slice().sort((a, b) => a.series - b.series).map(cost =>
	{
		const pile = cost.amount < 0 ? below : above;
		const start = pile.get(cost.day) || 0, end = start + cost.amount;
		pile.set(cost.day, end);
		return { ...cost, from: Math.min(start, end), to: Math.max(start, end) };
	});
}

function drawMonth()
{
	const margin = { top: 16, right: 70, bottom: 24, left: 62 }, height = 280;
	const svg = drawing('month', height, margin);
	if (!svg)
		return;
	const innerWidth = width - margin.left - margin.right, innerHeight = height - margin.top - margin.bottom;
	const month = data.month, first = day(month.first_day), last = day(month.last_day);
	const x = d3.scaleUtc([first, last], [0, innerWidth]);
	const y = d3.scaleLinear([0, 1.08 * Math.max(month.amount, month.forecast || 0, month.budget || 0)], [innerHeight, 0]);
	const spot = d => [x(day(d.day)), y(d.amount)];
	const today = month.days[month.days.length - 1];

	horizontalGrid(svg, y, innerWidth, roundMoney);
	svg.append('g').attr('transform', `translate(0,${innerHeight})`)
		.call(d3.axisBottom(x).ticks(d3.utcDay.every(3)).tickSizeOuter(0).tickFormat(dayName));
	if (month.budget !== null)
	{
		svg.append('line').attr('class', 'budget').attr('data-amount', month.budget)
			.attr('x2', innerWidth).attr('y1', y(month.budget)).attr('y2', y(month.budget));
		svg.append('text').attr('class', 'budget-name').attr('x', 4).attr('y', y(month.budget) - 5)
			.text(`budget ${roundMoney(month.budget)}`);
	}
	svg.append('path').attr('class', 'spent').attr('d', d3.line()(month.days.map(spot)));
	svg.selectAll('circle').data(month.days).join('circle')
		.attr('class', 'point').attr('r', 3).attr('fill', 'var(--c0)')
		.attr('cx', d => spot(d)[0]).attr('cy', d => spot(d)[1])
		.attr('data-day', d => d.day).attr('data-amount', d => d.amount)
		.append('title').text(d => `to ${d.day}: ${money(d.amount)}`);
	if (month.forecast !== null)
	{
		const end = { day: month.last_day, amount: month.forecast };
		svg.append('path').attr('class', 'forecast').attr('data-amount', month.forecast)
			.attr('d', d3.line()([spot(today), spot(end)]));
		svg.append('text').attr('x', innerWidth + 6).attr('y', y(month.forecast) + 4)
			.text(roundMoney(Math.round(month.forecast)));
	}
	legend('month', [{ name: 'spent so far', color: 'var(--c0)' }]
		.concat(month.forecast === null ? [] : [{ name: 'forecast', color: 'var(--c0)', opacity: 0.45 }])
		.concat(month.budget === null ? [] : [{ name: 'budget', color: 'var(--warn)' }]));
}

function drawTokens()
{
	const rows = data.tokens, row = 30;
	const margin = { top: 4, right: 60, bottom: 24, left: 320 }, height = rows.length * row + margin.top + margin.bottom;
	const svg = drawing('tokens', height, margin);
	if (!svg)
		return;
	const innerWidth = width - margin.left - margin.right, innerHeight = height - margin.top - margin.bottom;
	const kinds = [['input', 'input', 'var(--c0)'], ['cached', 'cached input', 'var(--c6)'],
		['output', 'output', 'var(--c1)']];
	const x = d3.scaleLinear([0, d3.max(rows, d => d.total)], [0, innerWidth]).nice();
	const y = d3.scaleBand(d3.range(rows.length), [0, innerHeight]).padding(0.25);
	const stacked = d3.stack().keys(kinds.map(kind => kind[0]))(rows);

	svg.append('g').attr('class', 'grid').attr('transform', `translate(0,${innerHeight})`)
		.call(d3.axisBottom(x).ticks(6).tickSize(-innerHeight).tickFormat(short));
	svg.append('g').attr('class', 'grid').call(d3.axisLeft(y).tickSize(0).tickFormat(i => shortened(rows[i].name)));
	kinds.forEach(([kind, name, color], k) =>
		svg.append('g').selectAll('rect').data(stacked[k].map((range, i) => ({ range, i }))).join('rect')
			.attr('class', 'token')
			.attr('x', d => x(d.range[0])).attr('width', d => x(d.range[1]) - x(d.range[0]))
			.attr('y', d => y(d.i)).attr('height', y.bandwidth())
			.attr('fill', color)
			.attr('data-model', d => d.i).attr('data-kind', kind).attr('data-tokens', d => rows[d.i][kind])
			.append('title').text(d => `${rows[d.i].name}, ${name}: ${rows[d.i][kind].toLocaleString('en-US')} tokens`));
	svg.append('g').selectAll('text').data(rows).join('text')
		.attr('x', d => x(d.total) + 6).attr('y', (d, i) => y(i) + y.bandwidth() / 2 + 4).text(d => short(d.total));
	legend('tokens', kinds.map(([, name, color]) => ({ name, color })));
}

function shortened(name)
{
	return name.length > 48 ? name.slice(0, 47) + '…' : name;
}

function drawHours()
{
	const margin = { top: 4, right: 8, bottom: 24, left: 92 }, height = 250;
	const svg = drawing('hours', height, margin);
	if (!svg)
		return;
	const x = d3.scaleBand(d3.range(24), [0, width - margin.left - margin.right]).padding(0.06);
	const y = d3.scaleBand(d3.range(1, 8), [0, height - margin.top - margin.bottom]).padding(0.08);
	const most = d3.max(data.hours, d => d.requests);
	const strength = d3.scaleLinear([0, most], [0.05, 1]);

	svg.append('g').attr('class', 'grid').attr('transform', `translate(0,${height - margin.top - margin.bottom})`)
		.call(d3.axisBottom(x).tickSize(0).tickPadding(8).tickFormat(h => String(h).padStart(2, '0')));
	svg.append('g').attr('class', 'grid').call(d3.axisLeft(y).tickSize(0).tickPadding(8).tickFormat(d => weekdays[d - 1]));
	svg.selectAll('rect').data(data.hours).join('rect')
		.attr('class', 'cell')
		.attr('x', d => x(d.hour)).attr('width', x.bandwidth())
		.attr('y', d => y(d.weekday)).attr('height', y.bandwidth())
		.attr('rx', 3).attr('fill', 'var(--heat)').attr('fill-opacity', d => strength(d.requests))
		.attr('data-weekday', d => d.weekday).attr('data-hour', d => d.hour).attr('data-requests', d => d.requests)
		.append('title').text(d => `${weekdays[d.weekday - 1]} ${d.hour} h: ${short(d.requests / 4)} requests an hour`);
	legend('hours', [0, 0.25, 1].map(part => (
		{ name: `${short(part * most / 4)} an hour`, color: 'var(--heat)', opacity: strength(part * most) })));
}

drawCosts();
drawMonth();
drawTokens();
drawHours();
document.documentElement.dataset.drawn = 'yes';
