/* The connection, and the one way out for answers. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/outline.h"
#include "ctl/session.h"
#include "hosts/hosts.h"

/* There is nowhere else to say it, and no memory is wanted for that. */
void session_complain(const struct paper *p)
{
	if (buffer_status(&p->out) == 0)
		(void)fwrite(p->out.bytes, 1, p->out.length, stderr);
	else
		(void)fputs("awardctl: no memory to say what is wrong\n", stderr);
}

int session_say(const struct session *s, int status, const char *format, ...)
{
	struct paper p;
	char text[2048];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof text, format, args); /* may be cut */
	va_end(args);
	paper_init(&p, s->err);
	paper_format(&p, "awardctl: %s", text);
	paper_newline(&p);
	session_complain(&p);
	paper_deinit(&p);
	return status;
}

int session_print(const struct session *s, struct paper *p)
{
	int status = EXIT_DONE;

	if (buffer_status(&p->out) != 0)
		status = session_say(s, EXIT_UNEXPECTED, "no memory for the answer");
	else if (p->out.length > 0 &&
		 (fwrite(p->out.bytes, 1, p->out.length, stdout) != p->out.length ||
		  fflush(stdout) != 0))
		status = session_say(s, EXIT_UNEXPECTED, "writing: %s", strerror(errno));
	buffer_deinit(&p->out);
	paper_init(p, p->look);
	return status;
}

int session_print_json(const struct session *s, const char *text, bool indented)
{
	struct paper p;
	int status;

	paper_init(&p, s->out);
	if (indented && s->out.bounded) {
		json_t *document = json_read(text_of(text), NULL);

		if (document != NULL)
			outline_write_json(&p, document);
		json_decref(document);
	}
	if (p.out.length == 0) {
		if (s->out.bounded)
			paper_text(&p, text);
		else
			(void)buffer_append_text(&p.out, text); /* the buffer remembers */
		paper_newline(&p);
	}
	status = session_print(s, &p);
	paper_deinit(&p);
	return status;
}

int session_trouble(struct session *s, int result)
{
	switch (result) {
	case AWARDD_OK:
		return EXIT_DONE;
	case AWARDD_REFUSED:
		return EXIT_REFUSED;
	case AWARDD_UNREACHABLE:
	case AWARDD_CLOSED:
	case AWARDD_TIMEOUT:
		return session_say(s, EXIT_AWAY, "%s", awardd_client_error(s->client));
	default:
		return session_say(s, EXIT_UNEXPECTED, "%s", awardd_client_error(s->client));
	}
}

int session_connect(struct session *s)
{
	int rv;

	if (s->client != NULL)
		return EXIT_DONE;
	if (awardd_client_new(&s->client) != AWARDD_OK)
		return session_say(s, EXIT_UNEXPECTED, "no memory for a connection");
	awardd_client_set_timeout(s->client, s->timeout_ms);
	rv = awardd_client_connect(s->client, s->socket);
	if (rv == AWARDD_OK)
		return EXIT_DONE;
	(void)session_say(s, EXIT_AWAY,
			  "the daemon cannot be reached: %s; "
			  "--socket PATH says where it listens",
			  awardd_client_error(s->client)); /* the status follows */
	awardd_client_free(&s->client);
	return EXIT_AWAY;
}

/* Gives the text of params, or NULL. */
static char *params_text(json_t *params)
{
	struct buffer b;

	buffer_init(&b);
	(void)json_compact(params, &b); /* a failed buffer gives NULL */
	json_decref(params);
	char *text = buffer_give(&b);

	buffer_deinit(&b);
	return text;
}

/* What a program reads in place of a result. */
static void print_error_document(const struct session *s, const struct awardd_answer *answer)
{
	json_t *document = json_pack("{s:{s:I, s:s?}}", "error", "code", (json_int_t)answer->code,
				     "message", answer->message);
	struct buffer b;

	buffer_init(&b);
	if (answer->data != NULL)
		(void)json_put(json_object_get(document, "error"), "data",
			       json_read(text_of(answer->data), NULL));
	if (document != NULL && json_compact(document, &b) == 0)
		(void)session_print_json(s, b.bytes, true); /* the status is a refusal's anyway */
	json_decref(document);
	buffer_deinit(&b);
}

int session_ask(struct session *s, const char *method, json_t *params, struct awardd_answer *answer)
{
	bool none = json_is_null(params);
	char *text = params != NULL && !none ? params_text(params) : NULL;
	int status = session_connect(s);

	awardd_answer_init(answer);
	if (status == EXIT_DONE && text == NULL && !none)
		status = session_say(s, EXIT_UNEXPECTED,
				     "%s: no memory for the request, or a word of it is not UTF-8",
				     method);
	if (status == EXIT_DONE)
		status = session_trouble(s, awardd_client_call(s->client, method, text, answer));
	if (status == EXIT_REFUSED && s->json)
		print_error_document(s, answer);
	free(text);
	return status;
}

int session_show(struct session *s, const char *method, json_t *params, session_write write)
{
	struct awardd_answer answer;
	struct paper p;
	int status = session_ask(s, method, params, &answer);

	if (status == EXIT_REFUSED)
		session_refusal(s, "", &answer);
	if (status != EXIT_DONE || s->json) {
		if (status == EXIT_DONE)
			status = session_print_json(s, answer.result, true);
		awardd_answer_deinit(&answer);
		return status;
	}
	struct err e = {.status = 0};
	json_t *result = json_read(text_of(answer.result), &e);

	paper_init(&p, s->out);
	if (result == NULL)
		status = session_say(s, EXIT_UNEXPECTED, "the answer cannot be read: %s", e.text);
	else
		write(s, &p, result);
	if (status == EXIT_DONE)
		status = session_print(s, &p);
	paper_deinit(&p);
	json_decref(result);
	awardd_answer_deinit(&answer);
	return status;
}

const json_t *session_scheme(struct session *s)
{
	struct awardd_answer answer;

	if (s->scheme != NULL || s->client == NULL)
		return s->scheme;
	awardd_answer_init(&answer);
	if (awardd_client_call(s->client, "scheme.get", NULL, &answer) == AWARDD_OK)
		s->scheme = json_read(text_of(answer.result), NULL);
	awardd_answer_deinit(&answer);
	return s->scheme;
}

const char *session_option(const struct session *s, enum option option)
{
	return s->arguments.values[option];
}

int session_unmade(const struct session *s, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (!text_is_utf8(text_of(*words)))
			return session_say(s, EXIT_USAGE, "\"%s\" is not UTF-8", *words);
	}
	return session_say(s, EXIT_UNEXPECTED, "no memory for the request");
}

static bool is_number(const char *text, long long *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0';
}

static int put_filter(const struct session *s, enum option option, json_t *params)
{
	const char *text = session_option(s, option);
	char member[64];
	long long number;

	if (option == OPTION_LIMIT && !is_number(text, &number))
		return session_say(s, EXIT_USAGE, "--%s: \"%s\" does not fit",
				   option_texts[option].name, text);
	(void)snprintf(member, sizeof member, "%s", option_texts[option].name); /* fits */
	for (char *c = member; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
	if (json_put(params, member,
		     option == OPTION_LIMIT ? json_integer(number) : json_string(text)) != 0)
		return session_unmade(s, (const char *[]){text, NULL});
	return EXIT_DONE;
}

int session_filters(const struct session *s, const enum option *options, json_t **out)
{
	json_t *params = json_object();
	int status = params != NULL ? EXIT_DONE : session_unmade(s, (const char *[]){NULL});

	for (; status == EXIT_DONE && *options != OPTION_COUNT; options++) {
		if (session_option(s, *options) != NULL)
			status = put_filter(s, *options, params);
	}
	if (status != EXIT_DONE) {
		json_decref(params);
		params = NULL;
	}
	*out = params;
	return status;
}

int session_words(const struct session *s, const char *program, struct words **out, struct err *e)
{
	const char *dir = session_option(s, OPTION_PLUGINS);

	return hosts_words_of(program, dir != NULL ? dir : "", out, e);
}
