/* One entry between its canonical bytes and its document. */
#include "journal/entry.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an entry, more than what stands around its body takes: most of it is a user's name, each
 * of whose bytes may be six in JSON. */
enum { ID_CHANCE = 6, AROUND_MOST = 6 * ACTOR_NAME + 512 };

int entry_check_actor(struct actor *by)
{
	errno = 0;
	json_t *name = json_string(by->user);

	if (name == NULL && errno == ENOMEM)
		return -ENOMEM;
	if (name == NULL)
		by->user[0] = '\0';
	json_decref(name);
	return 0;
}

static int put_user(const char *user, struct buffer *out)
{
	json_t *name = json_string(user);

	if (name == NULL)
		return -ENOMEM;
	int rv = json_canonical(name, out);
	json_decref(name);
	return rv;
}

int entry_bytes(const struct entry *entry, const struct buffer *body, struct buffer *out)
{
	/* The members in the order that RFC 8785 asks for; kind, id and instant hold nothing
	 * that would need an escape. */
	(void)buffer_printf(out, "{\"at\":\"%s\",\"body\":", entry->at); /* buffer_status tells */
	(void)buffer_append(out, body->bytes, body->length);
	(void)buffer_printf(out, ",\"by\":{\"uid\":%lu,\"user\":", (unsigned long)entry->by.uid);
	int rv = put_user(entry->by.user, out);
	(void)buffer_printf(out,
			    "},\"form\":1,\"id\":\"%s\",\"kind\":\"%s\",\"sequence\":", entry->id,
			    entry->kind);
	(void)buffer_printf(out, "%" PRId64 "}", entry->sequence);
	return rv != 0 ? rv : buffer_status(out);
}

int journal_entry_size(const struct journal_draft *draft, size_t *size)
{
	static const struct chance none = {.fill = NULL};
	char at[INSTANT_TEXT], id[ENTRY_ID_TEXT];
	struct entry entry = {.sequence = INT64_MAX, .kind = draft->kind, .id = id, .at = at};
	struct buffer body, bytes;

	/* Most are far below the limit, whatever is put around their body. */
	if (draft->body == NULL && draft->bytes.length < ENTRY_LIMIT - AROUND_MOST) {
		*size = draft->bytes.length + AROUND_MOST;
		return 0;
	}
	entry.by = draft->by;
	int rv = entry_check_actor(&entry.by);
	instant_format(0, at);
	entry_id(INT64_MAX, none, id);
	buffer_init(&body);
	buffer_init(&bytes);
	if (rv == 0)
		rv = entry_bytes(&entry, &body, &bytes);
	if (rv == 0 && draft->body != NULL)
		rv = json_canonical(draft->body, &body);
	*size = bytes.length + (draft->body != NULL ? body.length : draft->bytes.length);
	buffer_deinit(&body);
	buffer_deinit(&bytes);
	return rv;
}

bool entry_fill(const json_t *document, struct entry *out)
{
	const json_t *by = json_member(document, "by");
	const char *user = json_member_text(by, "user");

	*out = (struct entry){
		.sequence = json_member_integer(document, "sequence", 0),
		.kind = json_member_text(document, "kind"),
		.id = json_member_text(document, "id"),
		.at = json_member_text(document, "at"),
		.body = json_member(document, "body"),
	};
	out->by.uid = (uid_t)json_member_integer(by, "uid", 0);
	if (user != NULL)
		(void)snprintf(out->by.user, sizeof out->by.user, "%s", user); /* was that long */
	return out->sequence > 0 && out->kind != NULL && out->id != NULL && out->at != NULL &&
	       json_is_object(out->body);
}

const char *journal_partnership(const char *kind, const json_t *body)
{
	if (kind != NULL && strcmp(kind, "decision") == 0)
		return json_member_text(json_member(json_member(body, "decision"), "partnership"),
					"id");
	if (kind != NULL && strcmp(kind, "import") == 0)
		return json_member_text(json_member(body, "award"), "partnership");
	return json_member_text(body, "partnership");
}

int entry_hashed(const struct stored *stored, struct text leaf_hash, struct buffer *scratch,
		 struct text *out, struct err *e)
{
	int rv = stored_read(stored, scratch, out, e);

	if (rv != 0)
		return rv;
	struct digest leaf = digest_leaf(out->bytes, out->length);
	if (leaf_hash.length != sizeof leaf.bytes ||
	    memcmp(leaf.bytes, leaf_hash.bytes, sizeof leaf.bytes) != 0)
		return err_set(e, AW_ECORRUPT, "its bytes do not have its leaf hash");
	return 0;
}

static int read_whole(struct text bytes, json_t **document, struct entry *out, struct err *e)
{
	struct err why = {.status = 0};

	*document = json_read(bytes, &why);
	if (*document == NULL)
		return err_set(e, why.status == -ENOMEM ? -ENOMEM : AW_ECORRUPT, "%s", why.text);
	if (entry_fill(*document, out))
		return 0;
	json_decref(*document);
	*document = NULL;
	return err_set(e, AW_ECORRUPT, "it lacks a member that every entry has");
}

int entry_read(const struct stored *stored, struct text leaf_hash, json_t **document,
	       struct entry *out, struct err *e)
{
	struct buffer scratch;
	struct text bytes;

	buffer_init(&scratch);
	int rv = entry_hashed(stored, leaf_hash, &scratch, &bytes, e);
	if (rv == 0)
		rv = read_whole(bytes, document, out, e);
	buffer_deinit(&scratch);
	return rv;
}

void entry_id(int64_t sequence, struct chance chance, char out[ENTRY_ID_TEXT])
{
	unsigned char drawn[ID_CHANCE] = {0};
	char hex[2 * ID_CHANCE + 1];

	if (chance.fill != NULL)
		chance.fill(chance.ctx, drawn, sizeof drawn);
	hex_format(drawn, sizeof drawn, hex);
	(void)snprintf(out, ENTRY_ID_TEXT, "%" PRId64 "-%s", sequence, hex); /* 19 + 1 + 12 */
}

int64_t entry_id_sequence(const char *id)
{
	char *end = NULL;

	if (*id < '1' || *id > '9')
		return 0;
	errno = 0;
	long long sequence = strtoll(id, &end, 10);
	return errno == 0 && *end == '-' && strlen(end + 1) == (size_t)2 * ID_CHANCE ? sequence : 0;
}
