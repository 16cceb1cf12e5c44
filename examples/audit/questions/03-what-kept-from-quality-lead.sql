-- What kept partnerships from Quality Lead in 2023, and how many of them?
SELECT c.criterion, coalesce(s.statement, s.pointer) AS lacked,
       count(DISTINCT c.partnership) AS partnerships, min(s.score) AS lowest
  FROM criteria c JOIN decisions d ON d.sequence = c.sequence
  LEFT JOIN shortfalls s ON s.sequence = c.sequence AND s.award = c.award
        AND s.criterion = c.criterion
 WHERE c.award = 'quality-lead' AND c.status IN ('unmet', 'error') AND d.revoked_by IS NULL
   AND d.assessed_on BETWEEN '2023-01-01' AND '2023-12-31'
 GROUP BY c.criterion, lacked
 ORDER BY partnerships DESC, c.criterion, lacked;
