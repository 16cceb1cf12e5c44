/* The proofs of a published site: they prove an award's leaf, and show nothing of its entry. */
#include "site.h"
#include "tlog/tlog.h"

static void must_prove_nothing(const struct scene *s, const char *path, const char *vkey,
			       const char *why)
{
	struct ran r = TOOL(s, NULL, "log", "check", path, "--key", vkey);

	tool_ended(&r, 7);
	tool_must_say(r.err, why);
	ran_deinit(&r);
}

/* Writes the proof with these bytes in the place of those that it carries. */
static void carries(const struct scene *s, const char *path, const char *bytes)
{
	struct proof_text proof;
	struct buffer extra, made;
	char *text = tool_read(s, path);

	buffer_init(&extra);
	buffer_init(&made);
	assert_int_equal(proof_text_read(text_of(text), &proof, &extra, NULL), 0);
	proof.extra = text_of(bytes);
	assert_int_equal(proof_text_format(&proof, &made), 0);
	tool_write(s, path, made.bytes);
	buffer_deinit(&made);
	buffer_deinit(&extra);
	free(text);
}

static void proofs_prove_without_showing_the_entry(void **state)
{
	struct scene *s = *state;
	json_t *decision = decided(s, "{'partnership': {'id': 'proved', 'name': 'Proved'}}");
	const char *hex = json_member_text(json_member(decision, "log"), "leaf_hash");
	char path[64], wanted[128], bare[128];
	struct proof_text proof;
	struct buffer extra;

	site_publish(s);
	site_must_hold(s, "site/partnerships/proved.html", hex);
	(void)snprintf(path, sizeof path, "site/proofs/%" JSON_INTEGER_FORMAT ".tlog-proof",
		       json_member_integer(decision, "sequence", 0));
	char *text = tool_read(s, path), *vkey = tool_read(s, "site/log.vkey");
	vkey[strcspn(vkey, "\n")] = '\0';
	/* It holds the leaf's hash, and nothing else of the entry. */
	buffer_init(&extra);
	assert_int_equal(proof_text_read(text_of(text), &proof, &extra, NULL), 0);
	(void)snprintf(bare, sizeof bare, "{\"leaf_hash\":\"%s\"}", hex);
	assert_string_equal(extra.bytes, bare);
	buffer_deinit(&extra);
	char *out = TOOL_OUT(s, 0, "log", "check", path, "--key", vkey);
	(void)snprintf(wanted, sizeof wanted, "leaf hash %s", hex);
	tool_must_say(out, "Proved: the leaf of entry ");
	tool_must_say(out, wanted);
	free(out);
	/* Another leaf hash, one with words beside it, and none. */
	char *digit = bare + sizeof "{\"leaf_hash\":\"" - 1;
	*digit = *digit == '0' ? '1' : '0';
	carries(s, path, bare);
	must_prove_nothing(s, path, vkey, "the leaf hash that it carries is not in the log");
	carries(s, path, "{\"citation\":\"Proved: Quality Lead\",\"leaf_hash\":\"00\"}");
	must_prove_nothing(s, path, vkey, "the entry that it carries is not in the log");
	carries(s, path, "{}");
	must_prove_nothing(s, path, vkey, "the entry that it carries is not in the log");
	site_publish(s);
	/* It stays as it is while the log grows, and comes back where it was spoilt. */
	json_decref(decided(s, "{'partnership': {'id': 'later'}}"));
	site_publish(s);
	char *kept = tool_read(s, path);
	assert_string_equal(kept, text);
	free(kept);
	free(vkey);
	free(text);
	json_decref(decision);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_its_own(proofs_prove_without_showing_the_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
