/*
 * submit and assess: many submissions on one connection, several under way at
 * once, answers printed in the order of the files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/input.h"
#include "ctl/letter.h"
#include "ctl/progress.h"
#include "ctl/revoked.h"
#include "ctl/split.h"
#include "ctl/verb.h"

/* A line that is too long ends the connection, and what is under way on it. Whatever `line-limit`
 * is, few submissions are longer than this, as no entry of the log is: those are sent alone. */
enum { WINDOW = 32, UUID_TEXT = 37, WHERE_TEXT = 512 };
/* Codes of the socket. */
enum { LINE_TOO_LONG = -32007, LOG_FAILED = -32009 };
static const size_t never_too_long = 65535;

/* One submission under way. */
struct slot {
	char where[WHERE_TEXT]; /* file, and its place in it */
	const char *file;
	int number, line;
	char *submission_id; /* "" where it has none */
	bool made;           /* here, and stands in no file */
	size_t length;       /* of what was sent, without its envelope */
	bool sent, answered;
	int result; /* AWARDD_OK or AWARDD_REFUSED, once answered */
	struct awardd_answer answer;
};

struct batch {
	struct session *s;
	const char *method;
	bool with_ids; /* give each a submission_id */
	bool single;   /* one file, one submission: no need to say which */
	struct slot slots[WINDOW];
	int64_t first, next; /* ids under way: first up to before next */
	unsigned long done, failed, unanswered;
	unsigned long unasked;      /* of those failed: never seen by the daemon */
	unsigned long strays;       /* refusals without an id: of requests under way */
	struct awardd_answer stray; /* the last of them */
	bool closing;               /* the daemon closes after that one; nothing is under way */
	int status;                 /* EXIT_AWAY or EXIT_UNEXPECTED: nothing more can be done */
	int permille;
	struct progress progress;
	struct awardd_client *beside; /* asks what became of a decision; NULL until it does */
};

static struct slot *slot_of(struct batch *b, int64_t id)
{
	return &b->slots[id % WINDOW];
}

static void clear_slot(struct slot *slot)
{
	awardd_answer_deinit(&slot->answer);
	free(slot->submission_id);
	slot->submission_id = NULL;
	slot->sent = slot->answered = false;
}

static void make_uuid(char out[UUID_TEXT])
{
	unsigned char bytes[16];
	char hex[33];

	chance_system.fill(chance_system.ctx, bytes, sizeof bytes);
	bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40); /* version 4 */
	bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80); /* the RFC's variant */
	hex_format(bytes, sizeof bytes, hex);
	(void)snprintf(out, UUID_TEXT, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12,
		       hex + 16, hex + 20); /* always fits */
}

/* What a program reads in place of a decision. */
static void print_failure_document(const struct batch *b, const struct slot *slot)
{
	json_t *data = slot->answer.data != NULL ? json_read(text_of(slot->answer.data), NULL)
						 : NULL;
	json_t *document = json_pack("{s:{s:I,s:s?,s:o*},s:s,s:i,s:i,s:s?}", "error", "code",
				     (json_int_t)slot->answer.code, "message", slot->answer.message,
				     "data", data, "file", slot->file, "number", slot->number,
				     "line", slot->line, "submission_id", slot->submission_id);
	struct buffer text;

	buffer_init(&text);
	if (json_compact(document, &text) == 0)
		(void)session_print_json(b->s, text.bytes, false); /* it has failed anyway */
	buffer_deinit(&text);
	json_decref(document);
}

static void print_failure(struct batch *b, const struct slot *slot)
{
	b->failed++;
	if (b->s->json)
		print_failure_document(b, slot);
	if (slot->answer.code != 0) {
		session_refusal(b->s, slot->where, &slot->answer);
	} else {
		(void)session_say(b->s, 0, "%s: %s", slot->where, slot->answer.message);
		b->unasked++;
	}
	/* Of any other refusal nothing was kept, and its id is as good as the next. */
	if (*slot->submission_id != '\0' && slot->answer.code == LOG_FAILED)
		(void)session_say(b->s, 0, "%s: send it again with the same submission_id, %s",
				  slot->where, slot->submission_id);
}

static void put_letter(struct batch *b, const struct slot *slot, struct paper *p,
		       const struct vocabulary *v, const json_t *revoked)
{
	if (b->done > 0)
		paper_newline(p);
	if (!b->single) {
		paper_tone(p, TONE_FAINT);
		paper_text(p, slot->where);
		paper_tone(p, TONE_PLAIN);
		paper_newline(p);
	}
	revoked_write(p, revoked);
	if (json_is_object(revoked)) {
		paper_wrap(p, 2, "  To have it decided anew, send it with another submission_id.");
		paper_newline(p);
	}
	letter_write(p, v);
}

static void print_decision(struct batch *b, const struct slot *slot)
{
	json_t *decision = json_read(text_of(slot->answer.result), NULL);
	struct vocabulary v = {b->s->scheme, decision};
	json_t *revoked = slot->made ? NULL : revoked_ask(b->s, &b->beside, slot->where, decision);
	struct paper p;

	paper_init(&p, b->s->out);
	if (session_option(b->s, OPTION_BRIEF) != NULL)
		letter_write_brief(&p, &v, json_is_object(revoked));
	else
		put_letter(b, slot, &p, &v, revoked);
	if (session_print(b->s, &p) != EXIT_DONE)
		b->status = EXIT_UNEXPECTED;
	paper_deinit(&p);
	json_decref(revoked);
	json_decref(decision);
}

static void print_slot(struct batch *b, struct slot *slot)
{
	progress_clear(&b->progress);
	if (slot->result != AWARDD_OK) {
		print_failure(b, slot);
	} else {
		if (!b->s->json)
			print_decision(b, slot);
		else if (session_print_json(b->s, slot->answer.result, false) != EXIT_DONE)
			b->status = EXIT_UNEXPECTED;
		b->done++;
	}
	clear_slot(slot);
}

/* Fills an answer of our own, for what never gets as far as the daemon. */
static void fail_slot(struct batch *b, struct slot *slot, const char *problem)
{
	slot->answer.message = strdup(problem);
	slot->result = AWARDD_REFUSED;
	slot->answered = true;
	if (slot->answer.message == NULL)
		b->status = session_say(b->s, EXIT_UNEXPECTED, "no memory left");
}

/* Prints what is answered, from the oldest on, up to the first gap. */
static void flush_answered(struct batch *b)
{
	while (b->first < b->next && slot_of(b, b->first)->answered)
		print_slot(b, slot_of(b, b->first++));
	progress_draw(&b->progress, b->permille, b->done, b->failed);
}

/* After the connection is gone: what was sent may or may not be decided. */
static void give_up(struct batch *b, int result)
{
	progress_clear(&b->progress);
	b->status = session_trouble(b->s, result);
	if (b->strays > 0) {
		session_refusal(b->s, "", &b->stray);
		b->status = EXIT_REFUSED;
	}
	for (; b->first < b->next; b->first++) {
		struct slot *slot = slot_of(b, b->first);

		if (slot->answered) {
			print_slot(b, slot);
			continue;
		}
		b->unanswered++;
		(void)session_say(b->s, 0, "%s: no answer came%s%s", slot->where,
				  *slot->submission_id != '\0'
					  ? "; send it again with the same submission_id, "
					  : "",
				  slot->submission_id);
		clear_slot(slot);
	}
}

/* A long one waits before it is sent. */
static bool is_open(const struct slot *slot)
{
	return slot->sent && !slot->answered;
}

static void name_stray(struct batch *b, struct slot *slot)
{
	char words[256];

	(void)snprintf(words, sizeof words, "%s; this submission alone has %zu", b->stray.message,
		       slot->length); /* may be cut */
	fail_slot(b, slot, b->stray.code == LINE_TOO_LONG ? words : b->stray.message);
	slot->answer.code = b->stray.code;
}

/* A refusal without an id belongs to one of those under way; which one is known
 * once all the others are answered. */
static void settle_strays(struct batch *b)
{
	unsigned long open = 0;

	for (int64_t id = b->first; id < b->next; id++)
		open += is_open(slot_of(b, id));
	if (b->strays == 0 || open != b->strays)
		return;
	for (int64_t id = b->first; id < b->next; id++) {
		struct slot *slot = slot_of(b, id);

		if (!is_open(slot))
			continue;
		name_stray(b, slot);
	}
	b->strays = 0;
	b->closing = b->stray.code == LINE_TOO_LONG;
}

static void take_stray(struct batch *b, struct awardd_answer *answer)
{
	awardd_answer_deinit(&b->stray);
	if (answer->code == 0) {
		awardd_answer_deinit(answer);
		give_up(b, AWARDD_GARBLED);
		return;
	}
	b->stray = *answer;
	b->strays++;
	settle_strays(b);
	flush_answered(b);
}

static void receive_one(struct batch *b)
{
	struct awardd_answer answer;
	int result;

	awardd_answer_init(&answer);
	result = awardd_client_receive(b->s->client, &answer);
	if (result != AWARDD_OK && result != AWARDD_REFUSED) {
		give_up(b, result);
		return;
	}
	if (answer.id < b->first || answer.id >= b->next || slot_of(b, answer.id)->answered) {
		take_stray(b, &answer);
		return;
	}
	struct slot *slot = slot_of(b, answer.id);

	slot->answer = answer;
	slot->result = result;
	slot->answered = true;
	settle_strays(b);
	flush_answered(b);
}

static void wait_for_room(struct batch *b, int64_t under_way)
{
	flush_answered(b);
	while (b->status == EXIT_DONE && b->next - b->first > under_way)
		receive_one(b);
}

static const char *ensure_id(const struct batch *b, json_t *document, char uuid[UUID_TEXT])
{
	const char *given = json_member_text(document, "submission_id");

	if (given != NULL || !b->with_ids || json_member(document, "submission_id") != NULL)
		return given != NULL ? given : "";
	make_uuid(uuid);
	return json_put(document, "submission_id", json_string(uuid)) == 0 ? uuid : "";
}

static void connect_again(struct batch *b)
{
	int result = awardd_client_connect(b->s->client, b->s->socket);

	b->closing = false;
	if (result != AWARDD_OK)
		b->status = session_trouble(b->s, result);
}

static void send_slot(struct batch *b, struct slot *slot, int64_t id, json_t *document)
{
	struct buffer text;

	buffer_init(&text);
	if (json_compact(document, &text) != 0) {
		fail_slot(b, slot, "no memory for it");
		buffer_deinit(&text);
		return;
	}
	bool alone = text.length > never_too_long;
	if (alone)
		wait_for_room(b, 1);
	if (b->status == EXIT_DONE) {
		slot->sent = true;
		slot->length = text.length;
		int result = awardd_client_send(b->s->client, id, b->method, text.bytes);

		if (result == AWARDD_MISUSE)
			fail_slot(b, slot, awardd_client_error(b->s->client));
		else if (result == AWARDD_MEMORY)
			give_up(b, result); /* the daemon does not say why, and does not close */
		else if (result != AWARDD_OK || alone)
			wait_for_room(b, 0); /* it may have said why before it closed */
		if (b->closing && b->status == EXIT_DONE)
			connect_again(b);
	}
	buffer_deinit(&text);
}

static void name_slot(struct slot *slot, const struct split_item *item, enum split_form form)
{
	const char *name = input_name(slot->file);

	/* A very long name may be cut. */
	if (form != SPLIT_ONE)
		(void)snprintf(slot->where, sizeof slot->where, "%s:%d: submission %d", name,
			       item->line, item->number);
	else if (item->document == NULL)
		(void)snprintf(slot->where, sizeof slot->where, "%s:%d", name, item->line);
	else
		(void)snprintf(slot->where, sizeof slot->where, "%s", name);
}

static void push_item(struct batch *b, const char *file, const struct split_item *item,
		      enum split_form form)
{
	char uuid[UUID_TEXT] = "";
	const char *id = "";

	wait_for_room(b, WINDOW - 1);
	if (b->status != EXIT_DONE)
		return;
	int64_t number = b->next++;
	struct slot *slot = slot_of(b, number);

	awardd_answer_init(&slot->answer);
	slot->file = file;
	slot->number = item->number;
	slot->line = item->line;
	slot->sent = slot->answered = false;
	name_slot(slot, item, form);
	if (json_is_object(item->document))
		id = ensure_id(b, item->document, uuid);
	slot->submission_id = strdup(id);
	slot->made = *uuid != '\0';
	if (slot->submission_id == NULL)
		b->status = session_say(b->s, EXIT_UNEXPECTED, "no memory left");
	else if (item->document == NULL)
		fail_slot(b, slot, item->problem);
	else if (!json_is_object(item->document))
		fail_slot(b, slot, "a submission is a JSON object");
	else
		send_slot(b, slot, number, item->document);
}

static void push_text(struct batch *b, const char *file, struct text t)
{
	size_t file_index = 0;
	struct split split;
	struct split_item item;

	while (b->s->operands[file_index] != file)
		file_index++;
	split_init(&split, t);
	b->single = b->s->count == 1 && split.form == SPLIT_ONE;
	while (b->status == EXIT_DONE && split_next(&split, &item) > 0) {
		double behind = (double)file_index + (double)split.at / (double)(t.length + 1);

		b->permille = (int)(behind * 1000 / (double)b->s->count);
		push_item(b, file, &item, split.form);
		json_decref(item.document);
	}
}

static void push_file(struct batch *b, const char *file)
{
	struct buffer text;
	struct err e;

	buffer_init(&text);
	if (input_read(file, &text, &e) == 0) {
		push_text(b, file, (struct text){text.bytes, text.length});
	} else {
		progress_clear(&b->progress);
		(void)session_say(b->s, 0, "%s: %s", input_name(file), e.text); /* counted below */
		b->failed++;
		b->unasked++;
	}
	buffer_deinit(&text);
}

/* Where nothing was done, and nothing that failed got as far as the daemon, it was not the
 * daemon that answered with an error. */
static int outcome(const struct batch *b)
{
	if (b->status != EXIT_DONE)
		return b->status;
	if (b->done == 0 && b->unasked > 0 && b->unasked == b->failed)
		return EXIT_UNEXPECTED;
	return b->failed > 0 ? EXIT_REFUSED : EXIT_DONE;
}

static void say_sum(const struct batch *b)
{
	const char *done = b->with_ids ? "decided" : "assessed";

	if (b->unanswered > 0)
		(void)session_say(b->s, 0,
				  "%lu %s, %lu failed, %lu without an answer; any others were not "
				  "sent",
				  b->done, done, b->failed, b->unanswered);
	else if (b->done + b->failed != 1)
		(void)session_say(b->s, 0, "%lu %s, %lu failed", b->done, done, b->failed);
}

static int run_batch(struct session *s, const char *method, bool with_ids)
{
	struct batch *b = calloc(1, sizeof *b);
	int status = session_connect(s);

	if (b == NULL || status != EXIT_DONE) {
		free(b);
		return status != EXIT_DONE ? status : session_say(s, EXIT_UNEXPECTED, "no memory");
	}
	b->s = s;
	b->method = method;
	b->with_ids = with_ids;
	awardd_answer_init(&b->stray);
	progress_init(&b->progress, s->err);
	if (!s->json && session_option(s, OPTION_BRIEF) == NULL)
		(void)session_scheme(s); /* without it, ids stand for titles */
	for (size_t i = 0; i < s->count && b->status == EXIT_DONE; i++)
		push_file(b, s->operands[i]);
	wait_for_room(b, 0);
	progress_clear(&b->progress);
	for (; b->first < b->next; b->first++)
		clear_slot(slot_of(b, b->first));
	say_sum(b);
	status = outcome(b);
	awardd_answer_deinit(&b->stray);
	awardd_client_free(&b->beside);
	free(b);
	return status;
}

int verb_submit(struct session *s)
{
	return run_batch(s, "decide", true);
}

int verb_assess(struct session *s)
{
	return run_batch(s, "assess", false);
}
