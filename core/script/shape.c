/* Shapes: forms as views look into them. */
#include <stdlib.h>
#include <string.h>

#include "script/shape.h"

#define MEMBER(of_kind, says)                                                                      \
	{                                                                                          \
		.kind = (of_kind), .name = {(says), sizeof(says) - 1 }                             \
	}

static const struct shape entry_members[] = {
	MEMBER(SHAPE_PLAIN, "sequence"),      MEMBER(SHAPE_PLAIN, "id"),
	MEMBER(SHAPE_PLAIN, "kind"),          MEMBER(SHAPE_PLAIN, "revoked"),
	MEMBER(SHAPE_PLAIN, "name"),          MEMBER(SHAPE_PLAIN, "assessed_on"),
	MEMBER(SHAPE_PLAIN, "registered_on"), MEMBER(SHAPE_ANY, "scores"),
	MEMBER(SHAPE_ANY, "outcome"),
};

static const struct shape entry = {
	.kind = SHAPE_GROUP,
	.members = entry_members,
	.count = sizeof entry_members / sizeof *entry_members,
};

const struct shape shape_history = {.kind = SHAPE_LIST, .of = &entry};

static size_t count(const json_t *type)
{
	const json_t *of = json_object_get(type, "of"), *member;
	size_t sum = 1 + (of != NULL ? count(of) : 0), i;

	json_array_foreach(json_object_get(type, "members"), i, member)
		sum += count(member);
	return sum;
}

/* Takes what stands below it from *next on. */
static void fill(struct shape *s, const json_t *type, struct shape **next)
{
	const char *kind = json_member_text(type, "type"), *name = json_member_text(type, "name");
	const json_t *members = json_object_get(type, "members"), *member;
	const json_t *of = json_object_get(type, "of");
	size_t i;

	s->kind = SHAPE_PLAIN;
	if (kind != NULL && strcmp(kind, "list") == 0)
		s->kind = SHAPE_LIST;
	else if (kind != NULL && strcmp(kind, "object") == 0)
		s->kind = SHAPE_GROUP;
	s->personal = json_is_true(json_object_get(type, "personal"));
	if (name != NULL)
		s->name = text_of(name);
	if (of != NULL) {
		struct shape *each = (*next)++;
		s->of = each;
		fill(each, of, next);
	}
	struct shape *all = *next;
	s->members = all;
	s->count = json_array_size(members);
	*next += s->count;
	json_array_foreach(members, i, member)
		fill(&all[i], member, next);
}

struct shape *shape_new(const json_t *type)
{
	struct shape *all = calloc(count(type), sizeof *all), *next;

	if (all == NULL)
		return NULL;
	next = all + 1;
	fill(all, type, &next);
	return all;
}

const struct shape *shape_member(const struct shape *group, struct text name)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct text *each = &group->members[i].name;

		/* Most are told apart by their length or their first byte. */
		if (each->length == name.length &&
		    (name.length == 0 || (each->bytes[0] == name.bytes[0] &&
					  memcmp(each->bytes, name.bytes, name.length) == 0)))
			return &group->members[i];
	}
	return NULL;
}
