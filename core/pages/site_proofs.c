/* The log's checkpoint and key, and how to check a proof by them. */
#include <string.h>

#include "pages/site.h"

static void put_steps(struct html *h)
{
	html_element(h, "h2", "Checking an award");
	html_open(h, "ol");
	html_element(
		h, "li",
		"Take the award's proof and leaf hash from its partnership's page. The proof is "
		"a C2SP tlog-proof: where the entry stands, the hashes on the way to the root, "
		"and the checkpoint that was signed over it.");
	html_element(h, "li",
		     "Check the checkpoint's signature with the log's key, and that the leaf hash "
		     "leads to its root as RFC 6962 says. Programs for transparency logs do both.");
	html_open(h, "li");
	html_text(
		h,
		"The entry itself is not published. Whoever was given its full proof by the award "
		"body asks ");
	html_element(h, "code", "awardctl log check FILE --key KEY");
	html_text(h, " and sees the entry; its leaf hash is the one shown here.");
	html_close(h);
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
