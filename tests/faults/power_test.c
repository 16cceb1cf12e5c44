/*
 * Losses of power: at any change of the log's files, what no sync had made durable is there,
 * or in part, in any order, cut at any sector. The log opens again; what was acknowledged is
 * in it, everything in it is as it was sent, and it verifies. AWARDD_SEED and AWARDD_LOSSES
 * choose the moments and their number.
 */
#include "../audit/rig.h"
#include "disk.h"

enum {
	LOSSES_SHORT = 72,
	OPS = 40,
	MOMENTS = 24,
	KEPT_PATH = 200,
	VERIFIED_EACH = 8,
	WAL_STEP_MOST = 40, /* pages: of a few groups */
};

/* One entry that was sent; its leaf once it is acknowledged. */
struct sent {
	bool acknowledged;
	struct digest leaf;
};

struct campaign {
	struct log log;
	char images[KEPT_PATH];
	char rules[RULES_DIGEST];
	bool has_rules; /* without, no decision verifies */
	uint64_t chance;
	struct sent sent[OPS + 1]; /* from `before` on */
	int64_t before;            /* entries that were there when this life began */
	atomic_long acknowledged, asked;
	long moments[MOMENTS]; /* changes at which the power fails, one after another */
	int moment, taken;
	int64_t known[MOMENTS], most[MOMENTS]; /* at that moment: acknowledged; sent */
	enum loss losses[MOMENTS];
	long tried, survived, lost, decided, verified;
	long checkpoints, anew; /* while it lived: as struct disk counts them */
	char says[400];         /* of the first that was lost */
};

/* ---- the moment ------------------------------------------------------------------ */

static void copy_beside(const struct campaign *c, const char *dir, const char *suffix)
{
	char from[KEPT_PATH], to[2 * KEPT_PATH], piece[4096];
	FILE *in, *out;
	size_t got;

	snprintf(from, sizeof from, "%s%s", c->log.path, suffix);
	snprintf(to, sizeof to, "%s/log.db%s", dir, suffix);
	in = fopen(from, "rbe");
	if (in == NULL)
		return;
	out = fopen(to, "wbe");
	disk_must(out != NULL);
	while ((got = fread(piece, 1, sizeof piece, in)) > 0)
		disk_must(fwrite(piece, 1, got, out) == got);
	(void)fclose(in); /* only read */
	disk_must(fclose(out) == 0 && chmod(to, 0600) == 0);
}

/* Before a change, on the thread that makes it: what the power leaves is written down. */
static void on_change(void *ctx, long change)
{
	struct campaign *c = ctx;
	struct disk *d = the_disk();
	char dir[2 * KEPT_PATH], to[3 * KEPT_PATH];

	if (c->taken == MOMENTS || change != c->moments[c->taken])
		return;
	int i = c->taken++;
	/* What is known now was there before, so that it has to be found. */
	c->known[i] = c->before + atomic_load(&c->acknowledged);
	c->most[i] = c->before + atomic_load(&c->asked);
	c->losses[i] = (enum loss)(chance_next(&c->chance) % LOSSES);
	snprintf(dir, sizeof dir, "%s/%d", c->images, i);
	disk_must(mkdir(dir, 0700) == 0);
	for (int f = 0; f < DISK_FILES; f++) {
		const struct kept_file *k = &d->files[f];

		if (k->path[0] == '\0' || !k->there)
			continue;
		snprintf(to, sizeof to, "%s/log.db%s", dir, k->path + strlen(c->log.path));
		kept_lose(k, c->losses[i], &c->chance, to);
	}
	copy_beside(c, dir, ".key");
	copy_beside(c, dir, ".key.next");
}

/* ---- a life ---------------------------------------------------------------------- */

struct waiting {
	struct answer answer;
	struct campaign *campaign;
	int op;
};

static void on_known(void *ctx, int status, const struct journal_receipt *receipts, size_t count,
		     const struct err *e)
{
	struct waiting *w = ctx;
	struct campaign *c = w->campaign;

	on_appended(&w->answer, status, receipts, count, e);
	if (status != 0)
		fail_msg("%s", e->text);
	assert_int_equal(receipts[0].sequence, c->before + w->op + 1);
	c->sent[w->op].leaf = receipts[0].leaf;
	c->sent[w->op].acknowledged = true;
	atomic_fetch_add(&c->acknowledged, 1);
}

static struct journal_draft next_draft(struct campaign *c, int op)
{
	char partnership[32], id[48];

	snprintf(partnership, sizeof partnership, "place-%d", (int)(chance_next(&c->chance) % 7));
	snprintf(id, sizeof id, "sent-%lld", (long long)c->before + op + 1);
	return draft("decision", decision_body((struct made){.submission_id = id,
							     .partnership = partnership,
							     .assessed_on = "2024-05-20",
							     .award = "quality-mark",
							     .rules = c->rules}));
}

static void send_one(struct campaign *c, struct waiting *w)
{
	const struct actor by = {.uid = 1000, .user = "clerk"};
	struct journal_draft d;

	atomic_fetch_add(&c->asked, 1);
	c->decided++;
	if (chance_next(&c->chance) % 24 == 0) {
		assert_int_equal(journal_rotate(c->log.j, &by, "a test", on_known, w), 0);
		return;
	}
	d = next_draft(c, w->op);
	assert_int_equal(journal_append(c->log.j, &d, 1, on_known, w), 0);
}

/* Appends, or changes the key; sometimes many before any is waited for, sometimes closed and
 * opened between. */
static void live(struct campaign *c)
{
	static struct waiting waiting[OPS];

	for (int i = 0; i < OPS; i++) {
		waiting[i] = (struct waiting){.campaign = c, .op = i};
		send_one(c, &waiting[i]);
		if (chance_next(&c->chance) % 4 != 0)
			continue;
		log_wait(&c->log, &waiting[i].answer.there);
		if (chance_next(&c->chance) % 6 == 0)
			log_reopen(&c->log); /* with a checkpoint */
	}
	log_wait(&c->log, &waiting[OPS - 1].answer.there);
	journal_close(&c->log.j);
}

/* ---- what is left ------------------------------------------------------------------- */

static void is_lost(struct campaign *c, int i, const char *what, const char *more)
{
	c->lost++;
	if (c->says[0] == '\0')
		snprintf(c->says, sizeof c->says, "loss %d of kind %d, %lld entries known: %s%s", i,
			 (int)c->losses[i], (long long)c->known[i], what, more);
}

/* Every entry of this life that is there is the one that was acknowledged, or may be one
 * that was under way. */
static bool leaves_agree(struct campaign *c, int i, struct log *image)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	int64_t sequence = c->before;
	bool agrees = true;

	assert_int_equal(sqlite3_open_v2(image->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT sequence, leaf_hash FROM entry"
					    " WHERE sequence > ?1 ORDER BY sequence",
					    -1, &s, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_bind_int64(s, 1, c->before), SQLITE_OK);
	while (agrees && sqlite3_step(s) == SQLITE_ROW) {
		const struct sent *one = &c->sent[sequence - c->before];

		agrees = sqlite3_column_int64(s, 0) == ++sequence &&
			 (!one->acknowledged ||
			  memcmp(sqlite3_column_blob(s, 1), one->leaf.bytes, DIGEST_BYTES) == 0);
	}
	assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return agrees && sequence >= c->known[i] && sequence <= c->most[i];
}

static void remove_log(const struct log *log)
{
	static const char *const suffixes[] = {"",     "-wal",  "-shm",     "-journal",
					       ".key", ".lock", ".key.next"};
	char path[KEPT_PATH];

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		snprintf(path, sizeof path, "%s%s", log->path, suffixes[i]);
		(void)unlink(path); /* it may not be there */
	}
}

static void look_at(struct campaign *c, int i)
{
	struct log image = {.now = c->log.now, .chance = 1000000 + c->tried, .event = c->log.event};
	struct err e = {0};

	c->tried++;
	snprintf(image.dir, sizeof image.dir, "%.40s/%d", c->images, i);
	snprintf(image.path, sizeof image.path, "%s/log.db", image.dir);
	long lost = c->lost;
	if (log_try(&image, &e) != 0) {
		is_lost(c, i, "it does not open: ", e.text);
	} else {
		journal_close(&image.j);
		if (!leaves_agree(c, i, &image))
			is_lost(c, i, "entries are missing, or others", "");
	}
	if (c->lost == lost && c->has_rules && c->tried % VERIFIED_EACH == 0) {
		struct said said = rig_audit(image.path);
		if (!said_verified(&said))
			is_lost(c, i, "it does not verify", "");
		said_deinit(&said);
		c->verified++;
	}
	c->survived += c->lost == lost;
	remove_log(&image);
	assert_int_equal(rmdir(image.dir), 0);
}

/* ---- the campaign ------------------------------------------------------------------- */

static int number_of(const char *variable, int otherwise)
{
	const char *text = getenv(variable);

	return text != NULL ? atoi(text) : otherwise;
}

static void begin(struct campaign *c)
{
	struct log *log = &c->log;

	*c = (struct campaign){.chance = 0};
	c->chance = 0x9E3779B97F4A7C15u * (uint64_t)(number_of("AWARDD_SEED", 1) + 1);
	log_init(log);
	log->wal_step = 1;                   /* each life has another */
	if (access("/dev/shm", W_OK) == 0) { /* what is durable is kept in memory in any case */
		assert_int_equal(rmdir(log->dir), 0);
		strcpy(log->dir, "/dev/shm/awardd-power-XXXXXX");
		assert_non_null(mkdtemp(log->dir));
		snprintf(log->path, sizeof log->path, "%s/log.db", log->dir);
	}
	snprintf(c->images, sizeof c->images, "%s/i", log->dir);
	assert_int_equal(mkdir(c->images, 0700), 0);
	log_open(log);
	rig_start(log);
	rig_activate(log, "return 1", c->rules);
	journal_close(&log->j);
	c->before = 2;
	c->has_rules = true;
}

static void tell(const struct campaign *c)
{
	print_message("seed %d: %ld losses of power, %ld survived, %ld decisions acknowledged,"
		      " %ld checkpoints under load, the WAL begun anew %ld times, %ld verified,"
		      " %ld lost\n",
		      number_of("AWARDD_SEED", 1), c->tried, c->survived, c->decided,
		      c->checkpoints, c->anew, c->verified, c->lost);
}

/* One life, in which the power fails at many moments, so many changes apart at most. */
static void one_life(struct campaign *c, unsigned apart)
{
	struct disk *d = the_disk();
	long at = 0;

	for (int i = 0; i < MOMENTS; i++) {
		at += 1 + (long)(chance_next(&c->chance) % apart);
		c->moments[i] = at;
	}
	if (c->log.wal_step > 0)
		c->log.wal_step = 1 + (int)(chance_next(&c->chance) % WAL_STEP_MOST);
	c->taken = 0;
	atomic_store(&c->acknowledged, 0);
	atomic_store(&c->asked, 0);
	memset(c->sent, 0, sizeof c->sent);
	d->keeps = true;
	d->on_change = on_change;
	d->ctx = c;
	atomic_store(&d->checkpoints, 0);
	atomic_store(&d->anew, 0);
	log_open(&c->log);
	live(c);
	c->checkpoints += atomic_load(&d->checkpoints);
	c->anew += atomic_load(&d->anew);
	d->keeps = false;
	d->on_change = NULL;
	disk_forget();
	for (int i = 0; i < c->taken; i++)
		look_at(c, i);
	c->before += OPS;
}

static void end(struct campaign *c)
{
	if (c->has_rules) {
		struct said said = rig_audit(c->log.path);
		assert_true(said_verified(&said));
		said_deinit(&said);
	}
	tell(c);
	log_deinit(&c->log);
}

/* The power fails while the log is made: nothing is known yet, and it is made again. */
static void while_it_is_made_it_can_be_made_again(void **state)
{
	static struct campaign c;

	(void)state;
	begin(&c);
	for (int turn = 0; turn < 4; turn++) {
		remove_log(&c.log);
		c.before = 0;
		c.has_rules = false;
		one_life(&c, turn % 2 == 0 ? 2 : 5);
	}
	end(&c);
	if (c.lost > 0)
		fail_msg("%s", c.says);
}

static void whenever_the_power_fails_nothing_acknowledged_is_lost(void **state)
{
	static struct campaign c;
	long wanted = number_of("AWARDD_LOSSES", LOSSES_SHORT);

	(void)state;
	begin(&c);
	while (c.tried < wanted) {
		one_life(&c, 16);
		if (c.before % (20 * OPS) == 2)
			tell(&c);
	}
	end(&c);
	if (c.lost > 0)
		fail_msg("%s", c.says);
	/* What is usual in service was there for the power to fail in. */
	assert_true(c.checkpoints > 0);
	assert_true(c.anew > 0);
}

/* The step is what lets the campaign meet them. */
static void in_the_usual_step_so_little_meets_no_checkpoint(void **state)
{
	static struct campaign c;

	(void)state;
	begin(&c);
	c.log.wal_step = 0;
	one_life(&c, 16);
	end(&c);
	assert_int_equal(c.lost, 0);
	assert_int_equal(c.checkpoints, 0);
	assert_int_equal(c.anew, 0);
}

/* Lives without the syncs of one file, until the campaign finds it. */
static void leave_out(int file)
{
	static struct campaign c;

	begin(&c);
	the_disk()->forgets_syncs = file;
	for (int life = 0; life < 4 && c.lost == 0; life++)
		one_life(&c, 16);
	the_disk()->forgets_syncs = 0;
	end(&c);
	assert_true(c.lost > 0);
	print_message("found: %s\n", c.says);
}

/* The campaign finds what it is for: syncs that are said to be done, and are not. */
static void a_sync_of_the_wal_that_is_left_out_is_found(void **state)
{
	(void)state;
	leave_out(SQLITE_OPEN_WAL);
}

static void a_sync_of_the_database_that_a_checkpoint_leaves_out_is_found(void **state)
{
	(void)state;
	leave_out(SQLITE_OPEN_MAIN_DB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whenever_the_power_fails_nothing_acknowledged_is_lost),
		cmocka_unit_test(while_it_is_made_it_can_be_made_again),
		cmocka_unit_test(in_the_usual_step_so_little_meets_no_checkpoint),
		cmocka_unit_test(a_sync_of_the_wal_that_is_left_out_is_found),
		cmocka_unit_test(a_sync_of_the_database_that_a_checkpoint_leaves_out_is_found),
	};

	return cmocka_run_group_tests(tests, disk_install, NULL);
}
