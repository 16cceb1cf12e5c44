/* The shortest script of changes (Myers, 1986), and a unified diff of it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/diff.h"

enum { CONTEXT = 3, CHANGES_MOST = 2000 };

/* Lines with their ends, so that a last one without is another line. */
struct lines {
	struct text *list;
	int count;
};

struct diff {
	struct lines a, b;
	char *marks; /* ' ', '-', '+' for each line of the two woven together */
	int count;
	int **reached; /* by number of changes: how far each diagonal got */
	int tried;
};

static int split(struct text t, struct lines *out)
{
	size_t count = 0, at = 0;

	for (size_t i = 0; i < t.length; i++)
		count += t.bytes[i] == '\n' || i + 1 == t.length;
	out->list = calloc(count + 1, sizeof *out->list);
	if (out->list == NULL)
		return -ENOMEM;
	while (at < t.length) {
		const char *end = memchr(t.bytes + at, '\n', t.length - at);
		size_t length = end != NULL ? (size_t)(end - t.bytes) + 1 - at : t.length - at;
		out->list[out->count++] = (struct text){t.bytes + at, length};
		at += length;
	}
	return 0;
}

static bool same(const struct diff *d, int x, int y)
{
	return text_equal(d->a.list[x], d->b.list[y]);
}

/* With `d` changes: whether the end is reached. v[k] is how many lines of the
 * first text are behind us where k more of them are than of the second. */
static bool go(const struct diff *diff, int *v, int d)
{
	for (int k = -d; k <= d; k += 2) {
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		int x = down ? v[k + 1] : v[k - 1] + 1, y = x - k;
		while (x < diff->a.count && y < diff->b.count && same(diff, x, y)) {
			x++;
			y++;
		}
		v[k] = x;
		if (x >= diff->a.count && y >= diff->b.count)
			return true;
	}
	return false;
}

/* How many changes are needed; -1 for too many, -ENOMEM. */
static int search(struct diff *diff)
{
	int most = diff->a.count + diff->b.count;
	int rv = -1;

	if (most > CHANGES_MOST)
		most = CHANGES_MOST;
	int *v = calloc(2 * (size_t)most + 3, sizeof *v);
	diff->reached = calloc((size_t)most + 1, sizeof *diff->reached);
	if (v == NULL || diff->reached == NULL)
		rv = -ENOMEM;
	int *middle = rv == -1 ? v + most + 1 : NULL;
	for (int d = 0; d <= most && rv == -1; d++) {
		size_t kept = 2 * (size_t)d + 3; /* -d-1 to d+1, as they were before */
		diff->reached[d] = malloc(kept * sizeof *v);
		if (diff->reached[d] == NULL) {
			rv = -ENOMEM;
			break;
		}
		diff->tried++;
		memcpy(diff->reached[d], middle - d - 1, kept * sizeof *v);
		if (go(diff, middle, d))
			rv = d;
	}
	free(v);
	return rv;
}

/* Writes the marks from the end to the beginning. */
static void trace(struct diff *diff, int d)
{
	int x = diff->a.count, y = diff->b.count, at = x + y;

	for (; d >= 0; d--) {
		const int *v = diff->reached[d] + d + 1;
		int k = x - y;
		bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);
		int from_x = d == 0 ? 0 : down ? v[k + 1] : v[k - 1];
		int from_y = d == 0 ? 0 : from_x - (down ? k + 1 : k - 1);
		int after_x = d == 0 || down ? from_x : from_x + 1;
		while (x > after_x) {
			diff->marks[--at] = ' ';
			x--;
			y--;
		}
		if (d > 0)
			diff->marks[--at] = down ? '+' : '-';
		x = from_x;
		y = from_y;
	}
	diff->count = diff->a.count + diff->b.count - at;
	memmove(diff->marks, diff->marks + at, (size_t)diff->count);
}

static int compare(struct diff *diff)
{
	int all = diff->a.count + diff->b.count;

	diff->marks = malloc((size_t)all + 1);
	int d = diff->marks != NULL ? search(diff) : -ENOMEM;
	if (d >= 0) {
		trace(diff, d);
	} else if (d == -1) {
		memset(diff->marks, '-', (size_t)diff->a.count);
		memset(diff->marks + diff->a.count, '+', (size_t)diff->b.count);
		diff->count = all;
	}
	return d == -ENOMEM ? -ENOMEM : 0;
}

/* ---- writing ------------------------------------------------------------ */

static void say(diff_line_cb line, void *ctx, char mark, struct text t)
{
	bool ended = t.length > 0 && t.bytes[t.length - 1] == '\n';

	line(ctx, mark, (struct text){t.bytes, t.length - ended});
	if (!ended)
		line(ctx, '\\', text_of(" No newline at end of file"));
}

/* Where the place ends that begins at `from`: a change is at most twice the
 * context away from the next. */
static int end_of_place(const struct diff *d, int from)
{
	int last = from;

	for (int i = from; i < d->count && i <= last + 2 * CONTEXT + 1; i++) {
		if (d->marks[i] != ' ')
			last = i;
	}
	return last + 1 + CONTEXT < d->count ? last + 1 + CONTEXT : d->count;
}

/* x and y: lines behind us. */
static void write_place(const struct diff *d, int from, int to, int x, int y, diff_line_cb line,
			void *ctx)
{
	char heading[96];
	int in_a = 0, in_b = 0;

	for (int i = from; i < to; i++) {
		in_a += d->marks[i] != '+';
		in_b += d->marks[i] != '-';
	}
	(void)snprintf(heading, sizeof heading, "@@ -%d,%d +%d,%d @@", in_a > 0 ? x + 1 : x, in_a,
		       in_b > 0 ? y + 1 : y, in_b);
	line(ctx, '@', text_of(heading));
	for (int i = from; i < to; i++) {
		say(line, ctx, d->marks[i], d->marks[i] == '+' ? d->b.list[y] : d->a.list[x]);
		x += d->marks[i] != '+';
		y += d->marks[i] != '-';
	}
}

static void write_all(const struct diff *d, diff_line_cb line, void *ctx)
{
	int x = 0, y = 0, at = 0;

	while (at < d->count) {
		int change = at;
		while (change < d->count && d->marks[change] == ' ')
			change++;
		if (change == d->count)
			return;
		int from = change - at > CONTEXT ? change - CONTEXT : at;
		int to = end_of_place(d, change);
		x += from - at; /* all of them kept */
		y += from - at;
		write_place(d, from, to, x, y, line, ctx);
		for (; from < to; from++) {
			x += d->marks[from] != '+';
			y += d->marks[from] != '-';
		}
		at = to;
	}
}

int diff_texts(struct text a, struct text b, diff_line_cb line, void *ctx)
{
	struct diff d = {.marks = NULL};
	int rv = split(a, &d.a);

	if (rv == 0)
		rv = split(b, &d.b);
	if (rv == 0)
		rv = compare(&d);
	if (rv == 0)
		write_all(&d, line, ctx);
	for (int i = 0; i < d.tried; i++)
		free(d.reached[i]);
	free(d.reached);
	free(d.marks);
	free(d.a.list);
	free(d.b.list);
	return rv;
}
