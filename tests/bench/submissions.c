/*
 * A great many submissions, one on each line, for `awardctl submit -`:
 * bench-submissions [how many] [of each partnership]. The same each time. A log filled
 * with them shows how long `awardctl rules impact` takes.
 */
#include "../script/rig.h"

static uint32_t chance(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Takes the text. */
static void set(json_t *object, const char *member, json_t *text)
{
	assert_int_equal(json_object_set_new(object, member, text), 0);
}

/* The n-th time that a partnership is assessed: better each time, and not always enough. */
static json_t *make(const json_t *like, int area, int n, uint32_t *seed)
{
	json_t *one = json_deep_copy(like), *score;
	const char *id;

	set(json_object_get(one, "partnership"), "id", json_sprintf("area-%06d", area));
	set(json_object_get(one, "partnership"), "name", json_sprintf("Area %d", area));
	set(one, "assessed_on",
	    json_sprintf("%d-%02d-%02d", 2018 + n, area % 12 + 1, area / 12 % 28 + 1));
	json_object_foreach(json_object_get(one, "scores"), id, score)
		assert_int_equal(json_integer_set(score, 5 + (json_int_t)(chance(seed) % 5) +
								 (n > 1 && chance(seed) % 2)),
				 0);
	if (chance(seed) % 4 != 0)
		(void)json_object_del(one, "child_first");
	return one;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000, each = argc > 2 ? atoi(argv[2]) : 4;
	json_t *like = rig_submission(
		"{'sign_off': {'send_leadership': {'name': 'A. Signatory', 'method': 'email', 'on': "
		"'2017-01-02'}, 'yos_leadership': {'name': 'B. Signatory', 'method': 'meeting', "
		"'on': '2017-01-02'}}}");
	uint32_t seed = 1;

	/* One round after the other, as they come in life. */
	for (int n = 0; n < each; n++) {
		for (int area = 0; area < count / each; area++) {
			json_t *one = make(like, area, n, &seed);
			char *line = json_dumps(one, JSON_COMPACT);

			assert_non_null(line);
			(void)puts(line); /* a reader that goes away is no matter */
			free(line);
			json_decref(one);
		}
	}
	json_decref(like);
	return 0;
}
