/* A call: what the host's functions do for a plugin, and the plugin called. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/inner.h"

/* Text made for a plugin, kept until the call returns. */
struct lent {
	struct lent *next;
	char *bytes;
};

struct awardd_call {
	const json_t *document;
	struct lent **lent;
	struct plugin_answer *answer;
};

/* ---- what a plugin may call --------------------------------------------- */

static void say(struct awardd_host_context *ctx, int level, const char *text)
{
	if (ctx->log != NULL && text != NULL)
		ctx->log(level >= AWARDD_ERROR && level <= AWARDD_INFO ? level : AWARDD_ERROR,
			 text);
}

/* Lends the value as JSON text. */
static struct awardd_text lend(const struct awardd_call *call, const json_t *value)
{
	struct lent *lent = malloc(sizeof *lent);
	struct buffer text;

	buffer_init(&text);
	if (lent == NULL || json_compact(value, &text) != 0) {
		buffer_deinit(&text);
		free(lent);
		return (struct awardd_text){NULL, 0};
	}
	struct awardd_text given = {text.bytes, text.length};
	*lent = (struct lent){.next = *call->lent, .bytes = buffer_give(&text)};
	*call->lent = lent;
	return given;
}

static struct awardd_text get(const struct awardd_call *call, const char *pointer)
{
	const json_t *found = pointer != NULL ? json_pointer_get(call->document, pointer) : NULL;

	if (found == NULL || json_is_null(found))
		return (struct awardd_text){NULL, 0};
	if (json_is_string(found))
		return (struct awardd_text){json_string_value(found), json_string_length(found)};
	return lend(call, found);
}

static struct awardd_text quote(struct awardd_call *call, struct awardd_text text)
{
	json_t *value = text.bytes != NULL ? json_stringn(text.bytes, text.length) : NULL;
	struct awardd_text given = {NULL, 0};

	if (value != NULL)
		given = lend(call, value);
	json_decref(value);
	return given;
}

static int answer(struct awardd_call *call, struct awardd_text given)
{
	struct buffer *bytes = &call->answer->bytes;

	buffer_clear(bytes);
	if (given.length > PLUGIN_ANSWER_LIMIT || (given.bytes == NULL && given.length > 0))
		return AW_ELIMIT;
	return given.length > 0 ? buffer_append(bytes, given.bytes, given.length) : 0;
}

static int refuse(struct awardd_call *call, int code, const char *message)
{
	call->answer->code = code;
	(void)snprintf(call->answer->message, sizeof call->answer->message, "%s",
		       message != NULL ? message : "");
	return -1;
}

void host_table_init(struct awardd_host *host, struct awardd_host_context *ctx)
{
	*host = (struct awardd_host){
		.size = sizeof *host,
		.abi = AWARDD_ABI(ABI_MAJOR, ABI_MINOR),
		.ctx = ctx,
		.log = say,
		.get = get,
		.quote = quote,
		.answer = answer,
		.refuse = refuse,
	};
}

/* ---- the plugin called -------------------------------------------------- */

int plugin_start(struct plugin *p, const json_t *settings, plugin_log_cb log, struct err *e)
{
	struct buffer text;

	p->context.log = log;
	if (p->table->start == NULL)
		return 0;
	buffer_init(&text);
	int rv = json_compact(settings, &text);
	if (rv != 0) {
		buffer_deinit(&text);
		return err_set(e, rv, "no memory for the settings");
	}
	int given =
		p->table->start(&p->host, (struct awardd_text){text.bytes, text.length}, &p->state);
	buffer_deinit(&text);
	if (given != 0)
		return err_set(e, AW_EINVALID, "%s: its start failed and gave %d", p->file, given);
	return 0;
}

void plugin_stop(struct plugin *p)
{
	if (p->table->stop != NULL)
		p->table->stop(p->state);
}

int plugin_run(struct plugin *p, size_t offer, const json_t *call, struct plugin_answer *out)
{
	struct lent *lent = NULL;
	struct awardd_call one = {.document = call, .lent = &lent, .answer = out};

	out->code = AWARDD_FAILED;
	out->message[0] = '\0';
	int given = offer < p->offers ? p->table->offers[offer]->run(&p->host, p->state, &one)
				      : refuse(&one, AWARDD_FAILED, "there is no such offer");
	while (lent != NULL) {
		struct lent *next = lent->next;
		free(lent->bytes);
		free(lent);
		lent = next;
	}
	if (given == 0 && buffer_status(&out->bytes) == 0)
		return 0;
	if (out->message[0] == '\0')
		(void)snprintf(out->message, sizeof out->message, "it failed and gave %d", given);
	return AW_EINVALID;
}
