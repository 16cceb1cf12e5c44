/* The views that auditors read with plain sqlite3; core/journal/README.md tells what is in each. */
#include "journal/schema.h"
/* What the rules in force say of the register; NULL where they were never said. */
#define TERMS                                                                                      \
	" LEFT JOIN (SELECT due_months FROM rule_set WHERE kind = 'activation'"                    \
	"  ORDER BY sequence DESC LIMIT 1) t ON 1"

/* So many months before the award expires, as date_add_months counts: SQLite goes on into the
 * next month where the day does not exist, and then it is the first of that month. */
#define BEFORE "date(a.expires_on, '-' || t.due_months || ' months')"
#define DUE_ON                                                                                     \
	"CASE WHEN substr(" BEFORE ", 9) = substr(a.expires_on, 9) THEN " BEFORE                   \
	" ELSE date(" BEFORE ", 'start of month') END"

const char schema_views[] =
	"CREATE VIEW entries AS SELECT e.sequence, e.kind, e.at,"
	"  json_extract(" ENTRY_WHOLE ", '$.by.uid') AS uid,"
	"  json_extract(" ENTRY_WHOLE ", '$.by.user') AS user,"
	"  json_extract(" ENTRY_WHOLE ", '$.id') AS id,"
	"  " ENTRY_WHOLE " AS entry, lower(hex(e.leaf_hash)) AS leaf_hash FROM entry e;"

	"CREATE VIEW decisions AS SELECT d.sequence, d.id AS decision_id, d.at AS decided_at,"
	"  d.uid, l.user, d.submission_id, d.partnership, d.name, d.assessed_on,"
	"  d.registered_on, d.award, d.commendations, d.route, d.change,"
	"  json_extract(d.outcome, '$.sought') AS sought,"
	"  json_extract(d.outcome, '$.sought_met') AS sought_met,"
	"  json_extract(d.outcome, '$.awarded_on') AS awarded_on,"
	"  json_extract(d.outcome, '$.expires_on') AS expires_on,"
	"  json_extract(d.outcome, '$.refer_to_assessor') AS refer_to_assessor,"
	"  json_extract(d.outcome, '$.fee.currency') AS fee_currency,"
	"  json_extract(d.outcome, '$.fee.net') AS fee_net,"
	"  json_extract(d.outcome, '$.fee.vat') AS fee_vat,"
	"  json_extract(d.outcome, '$.fee.gross') AS fee_gross,"
	"  json_extract(d.outcome, '$.citation') AS citation,"
	"  d.rules, r.sequence AS revoked_by"
	"  FROM decision d LEFT JOIN listed l ON l.sequence = d.sequence"
	"  LEFT JOIN revocation r ON r.revokes = d.sequence;"

	"CREATE VIEW criteria AS SELECT d.sequence, d.id AS decision_id, d.partnership,"
	"  d.assessed_on, json_extract(a.value, '$.id') AS award,"
	"  json_extract(a.value, '$.status') AS award_status,"
	"  json_extract(c.value, '$.id') AS criterion,"
	"  json_extract(c.value, '$.status') AS status,"
	"  json_extract(c.value, '$.reason') AS reason"
	"  FROM decision d JOIN entry e ON e.sequence = d.sequence,"
	"  json_each(" ENTRY_WHOLE ", '$.body.decision.awards') a,"
	"  json_each(a.value, '$.criteria') c;"

	"CREATE VIEW shortfalls AS SELECT d.sequence, d.id AS decision_id, d.partnership,"
	"  d.assessed_on, json_extract(a.value, '$.id') AS award,"
	"  json_extract(c.value, '$.id') AS criterion,"
	"  json_extract(s.value, '$.statement') AS statement,"
	"  json_extract(s.value, '$.score') AS score,"
	"  json_extract(s.value, '$.needs') AS needs,"
	"  json_extract(s.value, '$.pointer') AS pointer"
	"  FROM decision d JOIN entry e ON e.sequence = d.sequence,"
	"  json_each(" ENTRY_WHOLE ", '$.body.decision.awards') a,"
	"  json_each(a.value, '$.criteria') c, json_each(c.value, '$.shortfalls') s;"

	"CREATE VIEW scores AS SELECT d.sequence, d.id AS decision_id, d.partnership,"
	"  d.assessed_on, s.key AS statement, s.value AS score"
	"  FROM decision d, json_each(d.scores) s;"

	"CREATE VIEW awards AS SELECT a.sequence, a.id, a.partnership, p.name, a.award,"
	"  a.commendations, a.route, a.awarded_on, a.expires_on, " DUE_ON " AS due_on,"
	"  a.precision, a.citation, a.source, l.kind AS logged_as, l.uid, l.user,"
	"  r.sequence AS revoked_by"
	"  FROM award a LEFT JOIN listed l ON l.sequence = a.sequence"
	"  LEFT JOIN partnership p ON p.id = a.partnership"
	"  LEFT JOIN revocation r ON r.revokes = a.sequence" TERMS ";"

	"CREATE VIEW register AS SELECT p.id AS partnership, coalesce(p.name, p.id) AS name,"
	"  a.award, a.commendations, a.awarded_on, a.expires_on, " DUE_ON " AS due_on,"
	"  CASE WHEN date('now') >= a.expires_on THEN 'lapsed'"
	"    WHEN date('now') >= " DUE_ON " THEN 'due' ELSE 'current' END AS status,"
	"  a.precision, a.citation, a.source, a.sequence, a.id"
	"  FROM partnership p CROSS JOIN award a ON a.sequence ="
	"   (SELECT x.sequence FROM award x"
	"    WHERE x.partnership = p.id AND x.awarded_on <= date('now')"
	"    AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.revokes = x.sequence)"
	"    ORDER BY x.awarded_on DESC, x.sequence DESC LIMIT 1)" TERMS ";"

	"CREATE VIEW rule_sets AS SELECT s.sequence, e.at, s.kind, s.digest,"
	"  json_extract(" ENTRY_TEXT ", '$.body.cause') AS cause,"
	"  json_extract(" ENTRY_TEXT ", '$.by.uid') AS uid,"
	"  json_extract(" ENTRY_TEXT ", '$.by.user') AS user,"
	"  json_array_length(" ENTRY_TEXT ", '$.body.files') AS files, s.due_months,"
	"  json_extract(" ENTRY_TEXT ", '$.body.errors[0].file') AS error_file,"
	"  json_extract(" ENTRY_TEXT ", '$.body.errors[0].line') AS error_line,"
	"  json_extract(" ENTRY_TEXT ", '$.body.errors[0].message') AS error"
	"  FROM rule_set s JOIN entry e ON e.sequence = s.sequence;"

	"CREATE VIEW activity AS SELECT " ACTIVITY_COLUMNS ACTIVITY_FROM ";";
