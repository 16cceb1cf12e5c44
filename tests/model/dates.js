'use strict';
/*
 * Civil dates as the texts YYYY-MM-DD, which compare as texts. Arithmetic is
 * done on numbers of our own, not on Date, so that nothing of the host's
 * calendar or time zone is believed.
 */

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeap(year) {
	return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function daysIn(year, month) {
	return month === 2 && isLeap(year) ? 29 : DAYS[month - 1];
}

function parse(text) {
	const [year, month, day] = text.split('-').map(Number);
	return {year, month, day};
}

function format({year, month, day}) {
	const two = (n) => String(n).padStart(2, '0');
	return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

/* A day of the calendar, written YYYY-MM-DD. */
function isDay(text) {
	if (typeof text !== 'string' || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text))
		return false;
	const {year, month, day} = parse(text);
	return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
}

/* One that a submission may name. */
function isReal(text) {
	return isDay(text) && text >= '2000-01-01' && text <= '2999-12-31';
}

/* Months later or earlier; a day that does not exist becomes the first of the
 * month after. */
function addMonths(text, months) {
	const {year, month, day} = parse(text);
	let count = year * 12 + (month - 1) + months;
	const there = () => ({year: Math.floor(count / 12), month: (count % 12) + 1});
	if (day <= daysIn(there().year, there().month))
		return format({...there(), day});
	count += 1;
	return format({...there(), day: 1});
}

function addDays(text, days) {
	let {year, month, day} = parse(text);
	for (; days > 0; days--) {
		if (++day > daysIn(year, month)) {
			day = 1;
			if (++month > 12) {
				month = 1;
				year++;
			}
		}
	}
	for (; days < 0; days++) {
		if (--day < 1) {
			if (--month < 1) {
				month = 12;
				year--;
			}
			day = daysIn(year, month);
		}
	}
	return format({year, month, day});
}

module.exports = {addDays, addMonths, daysIn, format, isDay, isReal, parse};
