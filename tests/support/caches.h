/* What the font libraries keep until the process ends is no leak of ours: it stays
 * the same however much is drawn. */
#ifndef TEST_CACHES_H
#define TEST_CACHES_H

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\nleak:libpango\n";
}

#endif
