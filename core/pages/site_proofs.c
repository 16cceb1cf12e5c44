/* The log's checkpoint and key, and how to check a proof by them. */
#include <string.h>

#include "pages/site.h"

static void put_command(struct html *h, const char *before, const char *command, const char *after)
{
	html_open(h, "li");
	html_text(h, before);
	html_element(h, "code", command);
	html_text(h, after);
	html_close(h);
}

static void put_steps(struct html *h)
{
	html_element(h, "h2", "Checking an award");
	html_open(h, "ol");
	html_element(
		h, "li",
		"Take the proof of the award from its partnership's page. It is a C2SP "
		"tlog-proof: the leaf hash of the entry, where the entry stands, the hashes on "
		"the way to the root, and the checkpoint that was signed over it.");
	put_command(
		h, "Ask ", "awardctl log check FILE --key KEY",
		", which needs no network. It says which leaf hash is proved: it must be the one "
		"beside the award. Other programs for transparency logs check the same, given "
		"the leaf hash.");
	html_element(h, "li",
		     "That the entry with this leaf hash is the award shown beside it is what the "
		     "award body says: the entry holds the whole submission, and is not published. "
		     "The partnership has its report, in which the full proof stands. The same "
		     "command shows what that says, and it must show the same leaf hash.");
	html_close(h);
	html_element(h, "p",
		     "Keep a checkpoint: the log can be shown to have grown from it and to have "
		     "changed nothing that it covers, years later.");
}

int site_proofs(const json_t *site, struct buffer *out)
{
	const json_t *log = json_member(site, "log");
	struct sheet s;

	sheet_begin(&s, site, "proofs.html", "Proofs", NULL);
	html_element(&s.h, "h1", "Proofs");
	html_element_class(&s.h, "p", "lead",
			   "Every award is an entry of one log that is only ever added to, and is "
			   "signed. Nobody can change an award afterwards without its showing.");
	html_element(&s.h, "h2", "The log's key");
	html_element(&s.h, "pre", json_member_text(log, "key"));
	html_open(&s.h, "p");
	html_text(&s.h, "As a file: ");
	html_link(&s.h, "log.vkey", "log.vkey");
	html_text(&s.h, ". Compare it with the key as you were given it by another way.");
	html_close(&s.h);
	html_element(&s.h, "h2", "The newest checkpoint");
	html_element(&s.h, "pre", json_member_text(log, "checkpoint"));
	html_open(&s.h, "p");
	html_text(&s.h, "As a file: ");
	html_link(&s.h, "checkpoint", "checkpoint");
	html_format(&s.h, ". It covers the first %" JSON_INTEGER_FORMAT " entries.",
		    json_member_integer(log, "size", 0));
	html_close(&s.h);
	put_steps(&s.h);
	return sheet_end(&s, out);
}
