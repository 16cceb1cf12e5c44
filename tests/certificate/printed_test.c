/* PDFs as other programs see them: poppler reads text and fonts, zbar the QR code. */
#include "caches.h"
#include "pages.h"

#define PRINTED AWARDD_BUILD "/tests/certificate-printed"

/* Puts the PDF of a page at PRINTED.pdf. */
static void print(const struct page *p)
{
	char *title = certificate_title(&p->certificate), *pdf;
	const char *problem;
	size_t length;

	assert_non_null(title);
	assert_int_equal(certificate_pdf(p->svg, title, "2024-06-01", &pdf, &length, &problem), 0);
	golden_write(PRINTED ".pdf", pdf, length);
	free(pdf);
	free(title);
}

/* Whether the QR code on the printed page, of which its corner is looked at, is that of the
 * certificate's address. */
static bool leads_to(const char *address)
{
	char *said = program_says("pdftoppm -r 150 -x 130 -y 1410 -W 230 -H 230 -gray -png "
				  "-singlefile " PRINTED ".pdf " PRINTED
				  " && zbarimg -q --nodbus --raw " PRINTED ".png");
	bool same = strncmp(said, address, strlen(address)) == 0 &&
		    strcmp(said + strlen(address), "\n") == 0;

	free(said);
	return same;
}

/* Whether each font that pdffonts lists is embedded. */
static bool has_all_fonts(void)
{
	char *said = program_says("pdffonts " PRINTED ".pdf 2>&1 | tail -n +3 | rev | "
				  "awk '{ print $5 }' | rev | sort -u");
	bool all = strcmp(said, "yes\n") == 0; /* no font at all is none embedded */

	free(said);
	return all;
}

static void every_code_leads_to_the_proof_and_fonts_are_embedded(void **state)
{
	struct names n;

	(void)state;
	call_names(&n);
	for (size_t i = 0; i < n.count; i++) {
		struct page p;

		page_make(&p, n.list[i]);
		print(&p);
		if (!leads_to(p.certificate.address))
			fail_msg("%s: the code does not give %s", n.list[i], p.certificate.address);
		if (!has_all_fonts())
			fail_msg("%s: a font is not embedded", n.list[i]);
		page_free(&p);
	}
}

static void a_code_of_another_address_is_found(void **state)
{
	struct page p, other;

	(void)state;
	page_make(&p, "maintained");
	page_make(&other, "import-month");
	print(&other);
	assert_false(leads_to(p.certificate.address));
	assert_true(leads_to(other.certificate.address));
	page_free(&other);
	page_free(&p);
}

/* A line through a third of its rows is more than the code can mend. */
static void a_code_that_cannot_be_read_is_found(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "maintained");
	char *code = strstr(p.svg, "crispEdges");
	assert_non_null(code);
	for (int row = 8; row < 19; row++) {
		char from[16];

		(void)snprintf(from, sizeof from, " %dh", row);
		for (char *at = strstr(code, from); at != NULL; at = strstr(at + 1, from))
			at[strlen(from) - 2] = '0';
	}
	print(&p);
	assert_false(leads_to(p.certificate.address));
	page_free(&p);
}

static void a_font_that_is_not_embedded_is_found(void **state)
{
	static const char pdf[] =
		"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
		"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
		"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F 4 0 R>>"
		">>>>endobj\n4 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
		"trailer<</Root 1 0 R/Size 5>>\n";

	(void)state;
	golden_write(PRINTED ".pdf", pdf, sizeof pdf - 1);
	assert_false(has_all_fonts());
}

static void a_page_is_a4_and_its_text_can_be_found(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "attained-eleven");
	print(&p);
	char *info = program_says("pdfinfo " PRINTED ".pdf");
	assert_non_null(strstr(info, "(A4)"));
	assert_non_null(strstr(info, "Pages:           1\n"));
	assert_non_null(strstr(info, "West Mercia: Herefordshire"));
	assert_non_null(strstr(info, "Tagged:          yes\n"));
	free(info);
	info = program_says("pdfinfo -struct-text " PRINTED ".pdf");
	assert_non_null(strstr(info, "  P (block)\n    \"has been awarded the\"\n"));
	free(info);
	info = program_says("strings " PRINTED ".pdf | grep -A1 '/Lang (en)'");
	assert_non_null(strstr(info, "/DisplayDocTitle true"));
	free(info);
	char *text = program_says("pdftotext -layout " PRINTED ".pdf -");
	static const char *const found[] = {
		"The Awarding Body",
		"Youth Justice SEND Quality Awards",
		"Quality Lead",
		"with Child First Commendation",
		"new standards were attained in",
		"Full and timely exchange of SEN information",
		"Awarded 20 May 2024 \u00b7 Expires 20 May 2027",
		"Decision 42-9c1f0a7be2d4",
		"Log 5f1d0c3a9be24c7786d2a4e0f19b3c55",
		"Chair of the awarding body",
	};
	for (size_t i = 0; i < sizeof found / sizeof *found; i++)
		if (strstr(text, found[i]) == NULL)
			fail_msg("not found: %s, in:\n%s", found[i], text);
	free(text);
	page_free(&p);
}

static void a_pdf_says_what_became_of_the_award(void **state)
{
	struct page p;

	(void)state;
	page_make(&p, "revoked");
	print(&p);
	char *said = program_says("pdfinfo " PRINTED ".pdf; pdftotext " PRINTED ".pdf -");
	assert_non_null(strstr(said, "REVOKED: Harrowdale"));
	assert_non_null(strstr(said, "\nREVOKED\n"));
	assert_non_null(strstr(said, "revoked on 30 May 2024"));
	free(said);
	page_free(&p);
}

static void the_same_page_gives_the_same_bytes(void **state)
{
	struct page p;
	char *one, *two;
	size_t length, other;
	const char *problem;

	(void)state;
	page_make(&p, "name-arabic");
	assert_int_equal(certificate_pdf(p.svg, "A", "2024-06-01", &one, &length, &problem), 0);
	assert_int_equal(certificate_pdf(p.svg, "A", "2024-06-01", &two, &other, &problem), 0);
	assert_int_equal(length, other);
	assert_memory_equal(one, two, length);
	free(one);
	free(two);
	assert_true(certificate_pdf("<svg><text></svg>", "A", "2024-06-01", &one, &length,
				    &problem) != 0);
	assert_true(strlen(problem) > 10);
	page_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_leads_to_the_proof_and_fonts_are_embedded),
		cmocka_unit_test(a_code_of_another_address_is_found),
		cmocka_unit_test(a_code_that_cannot_be_read_is_found),
		cmocka_unit_test(a_font_that_is_not_embedded_is_found),
		cmocka_unit_test(a_page_is_a4_and_its_text_can_be_found),
		cmocka_unit_test(a_pdf_says_what_became_of_the_award),
		cmocka_unit_test(the_same_page_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
