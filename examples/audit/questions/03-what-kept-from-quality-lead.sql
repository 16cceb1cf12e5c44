-- What kept partnerships from Quality Lead in 2023, and how many of them?
SELECT s.criterion, coalesce(s.statement, s.pointer) AS lacked,
       count(DISTINCT s.partnership) AS partnerships, min(s.score) AS lowest
  FROM shortfalls s JOIN decisions d ON d.sequence = s.sequence
 WHERE s.award = 'quality-lead' AND d.revoked_by IS NULL
   AND d.assessed_on BETWEEN '2023-01-01' AND '2023-12-31'
 GROUP BY s.criterion, lacked
 ORDER BY partnerships DESC, s.criterion, lacked;
