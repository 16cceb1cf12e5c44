/*
 * What is refused in the text of a rule file before Lua reads it: text that is
 * not UTF-8, bytecode, bitwise operators (Lua 5.4.4 computes some of them
 * wrongly), the name _ENV, letters and marks that Lua would name by number, and
 * a verdict that is given to nobody.
 */
#include <stdio.h>
#include <string.h>

#include "script/vm.h"

struct lexer {
	const char *at, *end;
	int line;
};

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static char peek(const struct lexer *lex, size_t ahead)
{
	if ((size_t)(lex->end - lex->at) <= ahead)
		return '\0';
	return lex->at[ahead];
}

static void step(struct lexer *lex)
{
	if (*lex->at == '\n')
		lex->line++;
	lex->at++;
}

/* Number of '=' in a long bracket that opens here, -1 where none does. */
static int long_bracket(const struct lexer *lex)
{
	size_t level = 0;

	if (peek(lex, 0) != '[')
		return -1;
	while (peek(lex, 1 + level) == '=')
		level++;
	return peek(lex, 1 + level) == '[' ? (int)level : -1;
}

static void skip_long(struct lexer *lex, int level)
{
	lex->at += 2 + level;
	while (lex->at < lex->end) {
		size_t seen = 0;

		if (peek(lex, 0) == ']') {
			while (peek(lex, 1 + seen) == '=')
				seen++;
			if (seen == (size_t)level && peek(lex, 1 + seen) == ']') {
				lex->at += 2 + level;
				return;
			}
		}
		step(lex);
	}
}

static void skip_quoted(struct lexer *lex)
{
	char quote = *lex->at;

	step(lex);
	while (lex->at < lex->end && *lex->at != quote && *lex->at != '\n') {
		if (*lex->at == '\\' && lex->at + 1 < lex->end) {
			step(lex);
			/* \z skips the white space after it, line ends too */
			if (*lex->at == 'z') {
				step(lex);
				while (lex->at < lex->end &&
				       strchr(" \t\r\n\v\f", *lex->at) != NULL)
					step(lex);
				continue;
			}
		}
		step(lex);
	}
	if (lex->at < lex->end)
		step(lex);
}

static void skip_comment(struct lexer *lex)
{
	int level;

	lex->at += 2;
	level = long_bracket(lex);
	if (level >= 0) {
		skip_long(lex, level);
		return;
	}
	while (lex->at < lex->end && *lex->at != '\n')
		lex->at++;
}

static int refuse(const struct script_file *file, int line, struct script_fault *fault,
		  const char *message)
{
	fault_say(fault, file->path, line, message);
	return AW_ESCRIPT;
}

/* Word processors write such quotes, and some editors a mark at the start. */
static int refuse_mark(const struct lexer *lex, const struct script_file *file,
		       struct script_fault *fault)
{
	char message[96];
	size_t length = 1;

	while (((unsigned char)peek(lex, length) & 0xC0) == 0x80)
		length++;
	if (strncmp(lex->at, "\xEF\xBB\xBF", 3) == 0)
		return refuse(file, lex->line, fault,
			      "an invisible mark stands here: save the file as UTF-8 without BOM");
	(void)snprintf(message, sizeof message,
		       "%.*s can stand only in text and in notes; text has straight quotes: \"…\"",
		       (int)length, lex->at);
	return refuse(file, lex->line, fault, message);
}

static int look(struct lexer *lex, const struct script_file *file, struct script_fault *fault)
{
	char c = *lex->at, next = peek(lex, 1);
	size_t length = 0;

	if (c == '&' || c == '|' || (c == '~' && next != '=') || (c == '<' && next == '<') ||
	    (c == '>' && next == '>'))
		return refuse(file, lex->line, fault,
			      "operators on bits (& | ~ << >>) are not available in rules");
	if (is_name(c)) {
		while (is_name(peek(lex, length)))
			length++;
		if (length == 4 && memcmp(lex->at, "_ENV", 4) == 0)
			return refuse(file, lex->line, fault, "_ENV is not available in rules");
		lex->at += length;
		return 0;
	}
	if ((unsigned char)c >= 0x80)
		return refuse_mark(lex, file, fault);
	if (c == '~')
		lex->at++; /* of ~= */
	step(lex);
	return 0;
}

static int check_bytes(const struct script_file *file, struct script_fault *fault)
{
	struct text s = file->source;

	if (s.length > SOURCE_LIMIT)
		return refuse(file, 0, fault, "the file is larger than 256 KiB");
	if (s.length > 0 && s.bytes[0] == LUA_SIGNATURE[0])
		return refuse(file, 1, fault, "the file is bytecode; rules are text");
	if (s.length > 0 && memchr(s.bytes, '\0', s.length) != NULL)
		return refuse(file, 0, fault, "the file holds a NUL byte");
	if (!text_is_clean(s.bytes, s.length))
		return refuse(file, 0, fault, "the file is not UTF-8 text");
	return 0;
}

/* ---- met(…) and unmet(…) as a statement ----------------------------------- */

static bool is_one_of(struct text source, const struct script_token *token,
		      const char *const *words)
{
	for (; *words != NULL; words++)
		if (script_token_is(source, token, *words))
			return true;
	return false;
}

/* Whether a statement can begin behind this token: after a value, or a word that
 * opens or closes a block. (A semicolon may also stand in a list.) */
static bool ends_something(struct text source, const struct script_token *token)
{
	static const char *const signs[] = {")", "}", "]", "::", NULL};
	static const char *const openers[] = {"and",   "function", "goto", "if",    "in",
					      "local", "not",      "or",   "until", "return",
					      "while", "elseif",   "for",  NULL};

	if (token->kind == SCRIPT_SIGN)
		return is_one_of(source, token, signs);
	return token->kind != SCRIPT_NAME || !is_one_of(source, token, openers);
}

/* A verdict that no return stands before decides nothing, and the lines after it
 * are run: in no place is that what was meant. */
static int check_verdicts(const struct script_file *file, struct script_fault *fault)
{
	static const char *const verdicts[] = {"met", "unmet", NULL};
	struct script_token token = {0}, before = {0};
	char message[96];

	while (script_token_next(file->source, &token)) {
		struct script_token next = token;

		if (before.length > 0 && token.kind == SCRIPT_NAME &&
		    is_one_of(file->source, &token, verdicts) &&
		    ends_something(file->source, &before) &&
		    script_token_next(file->source, &next) &&
		    (next.kind == SCRIPT_TEXT || script_token_is(file->source, &next, "("))) {
			(void)snprintf(message, sizeof message,
				       "write return before %.*s(…): without it nothing is decided",
				       (int)token.length, file->source.bytes + token.offset);
			return refuse(file, token.line, fault, message);
		}
		before = token;
	}
	return 0;
}

int lint(const struct script_file *file, struct script_fault *fault)
{
	struct lexer lex = {file->source.bytes, NULL, 1};
	int rv = check_bytes(file, fault);

	if (rv != 0 || file->source.length == 0)
		return rv;
	lex.end = lex.at + file->source.length;
	while (rv == 0 && lex.at < lex.end) {
		int level = long_bracket(&lex);

		if (lex.at[0] == '-' && peek(&lex, 1) == '-')
			skip_comment(&lex);
		else if (level >= 0)
			skip_long(&lex, level);
		else if (lex.at[0] == '"' || lex.at[0] == '\'')
			skip_quoted(&lex);
		else
			rv = look(&lex, file, fault);
	}
	return rv != 0 ? rv : check_verdicts(file, fault);
}
