/* That the decision is in the log, and the rules that made it. */
#include <string.h>

#include "pages/report.h"

static void put_code(struct html *h, const char *text)
{
	html_element(h, "code", text);
}

static void put_code_fact(struct html *h, const char *label, const char *text)
{
	if (text == NULL)
		return;
	html_element(h, "dt", label);
	html_open(h, "dd");
	put_code(h, text);
	html_close(h);
}

static void put_place(struct html *h, const struct told *t)
{
	html_open_class(h, "dl", "facts");
	html_element(h, "dt", "In the log");
	html_open(h, "dd");
	html_format(h, "entry %" JSON_INTEGER_FORMAT ", decided at ",
		    json_member_integer(t->decision, "sequence", 0));
	html_text(h, json_member_text(t->decision, "decided_at"));
	html_close(h);
	put_code_fact(h, "Leaf hash",
		      json_member_text(json_member(t->decision, "log"), "leaf_hash"));
	put_code_fact(h, "Rules", json_member_text(json_member(t->decision, "rules"), "digest"));
	put_code_fact(h, "The log's key", t->r->key);
	html_close(h);
}

void report_proof(struct html *h, const struct told *t)
{
	const char *proof = json_member_text(t->r->proof, "proof");

	html_element(h, "h2", "The proof, and how to check it");
	html_element(h, "p",
		     "Every decision is an entry of one log that is only ever added to. The log is "
		     "signed, so that nobody can change an entry afterwards without its showing.");
	put_place(h, t);
	if (proof == NULL)
		return;
	html_open(h, "p");
	html_text(h, "To check it, save the text below as a file and ask ");
	put_code(h, "awardctl log check FILE --key KEY");
	html_text(h,
		  ", with the log's key as you were given it by a way of your own. The file is a "
		  "C2SP tlog-proof with the whole entry in it, which other programs can check "
		  "too.");
	html_close(h);
	html_element(h, "pre", proof);
}

/* Tests of the rules stand beside them, and decide nothing. */
static bool is_test(const char *path)
{
	size_t length = strlen(path);
	static const char end[] = ".test.lua";

	return length >= sizeof end - 1 && strcmp(path + length - (sizeof end - 1), end) == 0;
}

void report_rules(struct html *h, const struct told *t)
{
	size_t i;
	json_t *file;

	if (t->r->rules == NULL)
		return;
	html_open_class(h, "section", "annex");
	html_element(h, "h2", "The rules, as they read that day");
	html_open(h, "p");
	html_text(h, "The text that decided, from the log, where it is kept under its digest. ");
	html_text(h, "What stands behind -- explains it, and names the clause of the scheme.");
	html_close(h);
	json_array_foreach(json_member(t->r->rules, "files"), i, file) {
		const char *path = json_member_text(file, "path");
		const char *text = json_member_text(file, "text");

		if (path == NULL || text == NULL || is_test(path))
			continue;
		html_element(h, "h3", path);
		html_element(h, "pre", text);
	}
	html_close(h);
}
